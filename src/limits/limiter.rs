//! Every limit, built once from the configuration.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::request::Parts;

use super::address::Proxies;
use super::bucket::Buckets;
use super::class::Class;
use super::share::{Place, Shares};
use super::standing::Standing;
use super::tier::Tiers;
use crate::clerk::{Clock, Session};
use crate::config::{Catalogue, LimitsConfig, Rates};

/// How often buckets that are full again are forgotten. They are full after two seconds.
const PRUNED_EVERY: Duration = Duration::from_secs(5);

/// Every limit of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Limiter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    addresses: ByClass,
    tiers: Tiers,
    shares: Shares,
    proxies: Proxies,
    /// Keys are hashed with a secret of this process, so that nobody can aim at another's bucket.
    hasher: RandomState,
}

/// What a key stands for; keeps equal ids of different kinds apart.
#[derive(Hash)]
enum Key<'a> {
    Address(IpAddr),
    Caller(Option<&'a str>, &'a str),
    Tenant(&'a str),
}

impl Limiter {
    /// The limits of a configuration, for a pool of so many connections.
    #[must_use]
    pub fn new(config: &LimitsConfig, connections: usize, clock: &Clock) -> Self {
        Self::build(config, connections, clock, None)
    }

    /// The same, multiplied for callers and tenants by what their plan says.
    #[must_use]
    pub fn for_plans(config: &LimitsConfig, connections: usize, clock: &Clock, plans: &Catalogue) -> Self {
        Self::build(config, connections, clock, Some(plans))
    }

    fn build(config: &LimitsConfig, connections: usize, clock: &Clock, plans: Option<&Catalogue>) -> Self {
        Self(Arc::new(Inner {
            addresses: ByClass::new(config.rates, clock),
            tiers: Tiers::new(config, plans, clock),
            shares: shares(connections, config.max_concurrent),
            proxies: Proxies::new(config.trusted_proxies.clone(), config.address_header.clone()),
            hasher: RandomState::new(),
        }))
    }

    /// The key of the address a request comes from.
    pub(super) fn address<B>(&self, request: &Request<B>) -> u64 {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        self.key(&Key::Address(self.0.proxies.charged(peer, request.headers())))
    }

    /// Where a request comes from, as far as its peer and our proxies can be believed; none without a socket.
    pub fn client(&self, parts: &Parts) -> Option<IpAddr> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        peer.map(|peer| self.0.proxies.client(Some(peer), &parts.headers))
    }

    /// The buckets of addresses; none where this class has no limit.
    pub(super) fn addresses(&self, class: Class) -> Option<&Buckets> {
        self.0.addresses.of(class)
    }

    /// Counts a request against its caller and the caller's tenant; none where this class has no limit.
    ///
    /// A request that the caller's own bucket refuses takes nothing from the tenant's. The plan that the token names chooses
    /// among the buckets of each multiplier.
    pub(super) fn count(&self, class: Class, session: &Session) -> Option<Standing> {
        let tenant = tenant(session);
        let tier = self.0.tiers.of(session);
        let caller = tier.callers.of(class)?.take(self.key(&Key::Caller(tenant, &session.user_id)));
        let (Some(tenant), Some(buckets), None) = (tenant, tier.tenants.of(class), caller.wait) else {
            return Some(caller);
        };
        Some(caller.tighter(buckets.take(self.key(&Key::Tenant(tenant)))))
    }

    /// Waits for one of the tenant's turns; a person without an organization has their own.
    pub(super) async fn enter_tenant(&self, session: &Session) -> Option<Place> {
        let tenant = tenant(session).unwrap_or(&session.user_id);
        self.0.shares.enter(self.key(&Key::Tenant(tenant))).await
    }

    /// Waits for one of the turns of an address, by its key.
    pub(super) async fn enter_address(&self, address: u64) -> Option<Place> {
        self.0.shares.enter(address).await
    }

    fn key(&self, key: &Key<'_>) -> u64 {
        self.0.hasher.hash_one(key)
    }

    /// Forgets every bucket that is full again.
    pub fn prune(&self) {
        self.sets().for_each(Buckets::prune);
    }

    /// Prunes every few seconds, until the process ends.
    pub async fn prune_regularly(self) {
        let mut pauses = tokio::time::interval(PRUNED_EVERY);
        loop {
            pauses.tick().await;
            self.prune();
        }
    }

    /// How many buckets are remembered at the moment.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.sets().map(Buckets::len).sum()
    }

    fn sets(&self) -> impl Iterator<Item = &Buckets> {
        std::iter::once(&self.0.addresses).chain(self.0.tiers.all()).flat_map(ByClass::all)
    }
}

/// One party has half of the connections, and the other half is everybody else's. Those of its requests that wait for a turn
/// take places of the whole server, so they are bounded too, or two parties would shut everybody out.
fn shares(connections: usize, max_concurrent: usize) -> Shares {
    let turns = (connections / 2).max(1);
    let present = (max_concurrent / 4).max(2 * turns).min(max_concurrent / 2).max(1);
    Shares::new(turns, present)
}

fn tenant(session: &Session) -> Option<&str> {
    session.organization.as_ref().map(|organization| organization.id.as_str())
}

/// The buckets of each class that has a limit.
#[derive(Debug)]
pub(super) struct ByClass {
    read: Option<Buckets>,
    write: Option<Buckets>,
    search: Option<Buckets>,
    webhook: Option<Buckets>,
}

impl ByClass {
    pub(super) fn new(rates: Rates, clock: &Clock) -> Self {
        let buckets = |rate| Buckets::new(rate, clock);
        Self {
            read: buckets(rates.read),
            write: buckets(rates.write),
            search: buckets(rates.search),
            webhook: buckets(rates.webhook),
        }
    }

    pub(super) fn of(&self, class: Class) -> Option<&Buckets> {
        match class {
            Class::Read => &self.read,
            Class::Write => &self.write,
            Class::Search => &self.search,
            Class::Webhook => &self.webhook,
        }
        .as_ref()
    }

    fn all(&self) -> impl Iterator<Item = &Buckets> {
        [&self.read, &self.write, &self.search, &self.webhook].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    const FLOOD: u64 = 100_000;

    /// One of many addresses in different networks.
    fn made_up(limiter: &Limiter, number: u64) -> u64 {
        let network = (0x2001_0db8_0000_0000 + u128::from(number)) << 64;
        limiter.key(&Key::Address(IpAddr::V6(Ipv6Addr::from_bits(network))))
    }

    #[test]
    fn a_flood_of_made_up_addresses_takes_bounded_memory_and_is_limited_all_the_same() {
        let clock = Clock::manual(Duration::from_secs(1000));
        let rates = Rates { read: 1, ..Rates::default() };
        let limiter = Limiter::new(&LimitsConfig { rates, ..LimitsConfig::default() }, 20, &clock);
        let addresses = limiter.addresses(Class::Read).unwrap();
        let charge = |number| addresses.take(made_up(&limiter, number)).wait.is_none();

        let passed = (0..FLOOD).filter(|number| charge(*number)).count();
        let room = limiter.remembered();
        assert!((60_000..=65_536).contains(&room), "{room} addresses are remembered");
        assert!(passed < room + 200, "{passed} of {FLOOD} passed, and there is room for {room}");

        clock.advance(Duration::from_secs(10));
        limiter.prune();
        assert_eq!(limiter.remembered(), 0, "full buckets are forgotten");
        assert!(charge(FLOOD - 1), "and there is room for others");
        limiter.prune();
        assert_eq!(limiter.remembered(), 1, "a bucket in use is kept");
    }

    #[test]
    fn a_full_store_of_addresses_leaves_callers_alone() {
        let clock = Clock::manual(Duration::from_secs(1000));
        let rates = Rates { read: 1, ..Rates::default() };
        let limiter = Limiter::new(&LimitsConfig { rates, ..LimitsConfig::default() }, 20, &clock);
        let addresses = limiter.addresses(Class::Read).unwrap();
        for number in 0..FLOOD {
            addresses.take(made_up(&limiter, number));
        }
        for number in 0..1000 {
            let user = format!("user_{number}");
            let caller = limiter.key(&Key::Caller(Some("org_1"), &user));
            assert_eq!(limiter.0.tiers.all().next().unwrap().of(Class::Read).unwrap().take(caller).remaining, 1);
        }
    }
}
