//! What a session token costs: verified cold, remembered, its permissions decoded, and held against what was taken away.

#[path = "support/token.rs"]
mod token;

use std::hint::black_box;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tenantry::auth::Revocations;
use tenantry::auth::revocation::{CAPACITY, Change, News, Place, Rank};
use tenantry::clerk::permissions::{decode, scoped};
use token::{token, verifier};

fn tokens(c: &mut Criterion) {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");

    // Nothing fits into no memory, so every call verifies anew.
    let forgetful = verifier(&key, 0);
    let one = token(&key, 0);
    println!("a token of {} bytes", one.len());
    c.bench_function("token/cold", |b| {
        b.to_async(&runtime).iter(|| async { forgetful.verify(black_box(&one)).await.expect("it is good") });
    });

    let remembering = verifier(&key, 64 * 1024 * 1024);
    let many: Vec<String> = (0..1000).map(|number| token(&key, number)).collect();
    runtime.block_on(async {
        for token in &many {
            remembering.verify(token).await.expect("it is good");
        }
    });
    let mut next = (0..many.len()).cycle();
    c.bench_function("token/remembered, one of 1000", |b| {
        b.to_async(&runtime).iter_batched(
            || &many[next.next().unwrap_or(0)],
            |token| {
                let verifier = &remembering;
                async move { verifier.verify(black_box(token)).await.expect("it is good") }
            },
            BatchSize::SmallInput,
        );
    });
    c.bench_function("token/remembered, always the same", |b| {
        b.to_async(&runtime).iter(|| async { remembering.verify(black_box(&many[0])).await.expect("it is good") });
    });
}

fn permissions(c: &mut Criterion) {
    c.bench_function("permissions/3 features, 4 actions", |b| {
        b.iter(|| {
            let features = scoped(black_box("o:tasks,o:reports,o:exports")).unwrap_or_default();
            decode(&features, black_box("view,create,edit,delete"), black_box("15,1,0"))
        });
    });
    let features: Vec<String> = (0..40).map(|n| format!("o:feature_{n}")).collect();
    let (features, masks) = (features.join(","), vec!["255"; 40].join(","));
    c.bench_function("permissions/40 features, 8 actions", |b| {
        b.iter(|| {
            let features = scoped(black_box(&features)).unwrap_or_default();
            decode(&features, black_box("a,b,c,d,e,f,g,h"), black_box(&masks))
        });
    });
}

/// A lower role for a person.
fn lower(user: String, second: i64) -> Change {
    let rank = Rank {
        began_at: 1,
        id: format!("orgmem_3ViXZya8cdFOcVwWBh{second:07}"),
        updated_at: second * 1000,
        digest: vec![7; 32],
        ..Rank::default()
    };
    let place = Place {
        role: "org:member".into(),
        permissions: ["org:tasks:view", "org:tasks:create", "org:sys_memberships:read"].map(str::to_owned).into(),
    };
    let organization = "org_3ViXZya8cdFOcVwWBhqG5KSFdPE".to_owned();
    Change { news: News::Membership { organization, user, place: Some(place), rank }, second }
}

/// Memory of this process in use, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn revocations(c: &mut Criterion) {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    let session = runtime.block_on(verifier(&key, 0).verify(&token(&key, 0))).expect("it is good");

    let empty = Revocations::default();
    c.bench_function("revocation/nothing taken away", |b| b.iter(|| empty.check(black_box(&session))));
    let full = Revocations::default();
    let before = resident();
    for number in 0..CAPACITY {
        let number = i64::try_from(number).expect("a small number");
        full.learn([&lower(format!("user_3FlY0mG1ylvuhfJXqIEn{number:07}"), session.issued_at - number)]);
    }
    println!("{} changes are held in {} KiB", full.len(), resident().saturating_sub(before));
    c.bench_function("revocation/100 000 taken away, from others", |b| b.iter(|| full.check(black_box(&session))));
    full.learn([&lower(session.user_id.clone(), session.issued_at)]);
    let lost = full.check(&session);
    assert!(lost.is_ok_and(|lost| lost.hold_admin()), "the role was not taken away");
    c.bench_function("revocation/100 000 taken away, one from the caller", |b| {
        b.iter(|| full.check(black_box(&session)))
    });
}

criterion_group!(benches, tokens, permissions, revocations);
criterion_main!(benches);
