//! The table of changes that take access away or give it back, which every instance reads.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;

use crate::auth::revocation::{Change, News, Place, Rank};
use crate::directory::membership::Permissions;

/// Of what a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Kind {
    /// A person was deleted.
    User,
    /// A person was banned, or is no more.
    Ban,
    /// A session ended.
    Session,
    /// An organization was deleted.
    Organization,
    /// A membership is what the row says.
    Membership,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_changes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// By the database's clock, where several instances share one.
    pub recorded_at: DateTimeUtc,
    pub kind: Kind,
    pub user_id: Option<String>,
    pub organization_id: Option<String>,
    pub session_id: Option<String>,
    pub membership_id: Option<String>,
    /// When the membership began, in Unix milliseconds; 0 where there is none.
    pub began_at: i64,
    pub gone: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub role: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub permissions: Option<Permissions>,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The second in which something changed: by its own age, or the event's where it tells of none.
pub(super) fn second(updated_at: i64, event_at: i64) -> i64 {
    (if updated_at == 0 { event_at } else { updated_at }).div_euclid(1000)
}

impl ActiveModel {
    /// A row that tells of a change, where it has one; its time is left to the database.
    pub(super) fn of(change: &Change) -> Option<Self> {
        let none = Rank { updated_at: change.second.saturating_mul(1000), ..Rank::default() };
        let text = |id: &String| Some(id.clone());
        Some(match &change.news {
            // Told of, and not recorded: the subscription itself is what can be read.
            News::Plan { .. } => return None,
            News::UserDeleted { user } => Self { user_id: Set(text(user)), ..Self::row(Kind::User, true, &none) },
            News::Ban { user, banned, rank } => {
                Self { user_id: Set(text(user)), ..Self::row(Kind::Ban, *banned, rank) }
            }
            News::SessionEnded { user, session } => Self {
                user_id: Set(text(user)),
                session_id: Set(text(session)),
                ..Self::row(Kind::Session, true, &none)
            },
            News::OrganizationDeleted { organization } => {
                Self { organization_id: Set(text(organization)), ..Self::row(Kind::Organization, true, &none) }
            }
            News::Membership { organization, user, place, rank } => Self {
                user_id: Set(text(user)),
                organization_id: Set(text(organization)),
                membership_id: Set(text(&rank.id)),
                role: Set(place.as_ref().map(|place| place.role.clone())),
                permissions: Set(place.as_ref().map(|place| Permissions(place.permissions.clone()))),
                ..Self::row(Kind::Membership, rank.gone, rank)
            },
        })
    }

    fn row(kind: Kind, gone: bool, rank: &Rank) -> Self {
        Self {
            id: Set(Uuid::now_v7()),
            recorded_at: NotSet,
            kind: Set(kind),
            user_id: Set(None),
            organization_id: Set(None),
            session_id: Set(None),
            membership_id: Set(None),
            began_at: Set(rank.began_at),
            gone: Set(gone),
            role: Set(None),
            permissions: Set(None),
            source_updated_at: Set(rank.updated_at),
            source_event_at: Set(rank.event_at),
            source_digest: Set(rank.digest.clone()),
        }
    }
}

impl Model {
    /// The change that a row tells of; none when a column that its kind needs is null.
    pub(super) fn change(self) -> Option<Change> {
        let second = second(self.source_updated_at, self.source_event_at);
        let rank = Rank {
            began_at: self.began_at,
            id: self.membership_id.unwrap_or_default(),
            gone: self.kind == Kind::Membership && self.gone,
            updated_at: self.source_updated_at,
            event_at: self.source_event_at,
            digest: self.source_digest,
        };
        let place = || Some(Place { role: self.role?, permissions: self.permissions.unwrap_or_default().0 });
        let news = match self.kind {
            Kind::User => News::UserDeleted { user: self.user_id? },
            Kind::Ban => News::Ban { user: self.user_id?, banned: self.gone, rank },
            Kind::Session => News::SessionEnded { user: self.user_id?, session: self.session_id? },
            Kind::Organization => News::OrganizationDeleted { organization: self.organization_id? },
            Kind::Membership => News::Membership {
                organization: self.organization_id?,
                user: self.user_id?,
                place: if self.gone { None } else { Some(place()?) },
                rank,
            },
        };
        Some(Change { news, second })
    }
}
