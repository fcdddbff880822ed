//! Step-up: was a factor verified recently enough? Clerk's rules over the `fva` claim, and its hint to a front end.

use serde::Serialize;
use utoipa::ToSchema;

/// Which factors must be fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The first factor.
    FirstFactor,
    /// The second factor, or the first where no second is set up.
    SecondFactor,
    /// Both, or the first where no second is set up.
    MultiFactor,
}

/// How recently which factors must have been verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverification {
    /// Which factors.
    pub level: Level,
    /// Minutes after which a verification is too old; an age equal to it is too old already.
    pub after_minutes: u32,
}

impl Reverification {
    /// Clerk's `strict_mfa`: both factors within 10 minutes.
    pub const STRICT_MFA: Self = Self { level: Level::MultiFactor, after_minutes: 10 };
    /// Clerk's `strict`: the second factor within 10 minutes.
    pub const STRICT: Self = Self { level: Level::SecondFactor, after_minutes: 10 };
    /// Clerk's `moderate`: the second factor within an hour.
    pub const MODERATE: Self = Self { level: Level::SecondFactor, after_minutes: 60 };
    /// Clerk's `lax`: the second factor within a day.
    pub const LAX: Self = Self { level: Level::SecondFactor, after_minutes: 1440 };

    /// Whether factor ages satisfy this, `ages` being the minutes since first and second factor.
    ///
    /// `-1` means never verified or not set up. Unknown or impossible ages never satisfy.
    /// (Contract of Clerk's `has({ reverification })`, `packages/shared/src/authorization.ts`.)
    #[must_use]
    pub fn is_met(&self, ages: Option<[i64; 2]>) -> bool {
        let Some([first, second]) = ages else {
            return false;
        };
        if first < -1 || second < -1 {
            return false;
        }
        let fresh = |age: i64| age >= 0 && age < i64::from(self.after_minutes);
        let no_second = second == -1;
        match self.level {
            Level::FirstFactor => fresh(first),
            Level::SecondFactor | Level::MultiFactor if no_second => fresh(first),
            Level::SecondFactor => fresh(second),
            Level::MultiFactor => fresh(first) && fresh(second),
        }
    }
}

/// The strictness of a step-up under the names Clerk's SDKs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// [`Reverification::LAX`]
    Lax,
    /// [`Reverification::MODERATE`]
    Moderate,
    /// [`Reverification::STRICT`]
    Strict,
    /// [`Reverification::STRICT_MFA`]
    StrictMfa,
}

impl Preset {
    /// As Clerk writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "lax",
            Self::Moderate => "moderate",
            Self::Strict => "strict",
            Self::StrictMfa => "strict_mfa",
        }
    }

    /// What it demands.
    #[must_use]
    pub fn demands(self) -> Reverification {
        match self {
            Self::Lax => Reverification::LAX,
            Self::Moderate => Reverification::MODERATE,
            Self::Strict => Reverification::STRICT,
            Self::StrictMfa => Reverification::STRICT_MFA,
        }
    }
}

/// Clerk's hint that a factor must be verified again, which `useReverification` acts upon.
///
/// As `reverificationError` of `@clerk/shared` makes it; it stands in a body under `clerk_error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReverificationHint)]
pub struct Hint {
    /// Always `forbidden`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "forbidden")]
    kind: &'static str,
    /// Always `reverification-error`.
    #[schema(value_type = String, example = "reverification-error")]
    reason: &'static str,
    /// What is demanded.
    metadata: HintMetadata,
}

/// What a step-up demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReverificationHintMetadata)]
pub struct HintMetadata {
    /// `lax`, `moderate`, `strict` or `strict_mfa`.
    #[schema(value_type = String, example = "strict")]
    reverification: &'static str,
}

impl From<Preset> for Hint {
    fn from(preset: Preset) -> Self {
        let metadata = HintMetadata { reverification: preset.as_str() };
        Self { kind: "forbidden", reason: "reverification-error", metadata }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_levels() {
        let with = |level| Reverification { level, after_minutes: 10 };
        let (first, second, multi) = (with(Level::FirstFactor), with(Level::SecondFactor), with(Level::MultiFactor));
        // ages, first_factor, second_factor, multi_factor
        let rows = [
            ([0, 0], true, true, true),
            ([9, 9], true, true, true),
            ([10, 9], false, true, false),
            ([9, 10], true, false, false),
            ([10, 10], false, false, false),
            ([9, -1], true, true, true),
            ([10, -1], false, false, false),
            ([-1, 9], false, true, false),
            ([-1, 10], false, false, false),
            ([-1, -1], false, false, false),
            ([-2, 0], false, false, false),
            ([0, -2], false, false, false),
            ([i64::MIN, i64::MAX], false, false, false),
        ];
        for (ages, a, b, c) in rows {
            let met = (first.is_met(Some(ages)), second.is_met(Some(ages)), multi.is_met(Some(ages)));
            assert_eq!(met, (a, b, c), "ages {ages:?}");
        }
    }

    #[test]
    fn unknown_ages_and_zero_minutes_never_pass() {
        assert!(!Reverification::LAX.is_met(None));
        for level in [Level::FirstFactor, Level::SecondFactor, Level::MultiFactor] {
            assert!(!Reverification { level, after_minutes: 0 }.is_met(Some([0, 0])));
        }
    }

    #[test]
    fn the_presets_are_clerks() {
        assert!(Reverification::STRICT.is_met(Some([500, 9])));
        assert!(!Reverification::STRICT.is_met(Some([0, 10])));
        assert!(Reverification::MODERATE.is_met(Some([500, 59])));
        assert!(!Reverification::MODERATE.is_met(Some([0, 60])));
        assert!(Reverification::LAX.is_met(Some([1439, -1])));
        assert!(!Reverification::LAX.is_met(Some([1440, -1])));
        assert!(Reverification::STRICT_MFA.is_met(Some([9, 9])));
        assert!(!Reverification::STRICT_MFA.is_met(Some([-1, 9])));
    }
}
