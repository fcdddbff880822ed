//! Inputs that are made well enough to come far, where an edit of a seed seldom would.

use proptest::prelude::*;

use crate::holds;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() }
}

fn joined(item: impl Strategy<Value = String>, separator: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec(item, 0..6).prop_map(move |items| items.join(separator))
}

fn entity_tag() -> impl Strategy<Value = String> {
    let opaque = prop_oneof!["v(0|1|2|10|12|01|9223372036854775807)", "[!#-~]{0,4}"];
    (any::<bool>(), opaque).prop_map(|(weak, opaque)| format!("{}\"{opaque}\"", if weak { "W/" } else { "" }))
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()),
        any::<std::net::SocketAddr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
        "10\\.[0-9]\\.0\\.[1-9]",
        "fd00::[0-9a-f]{1,4}",
        Just("unknown".to_owned()),
    ]
}

fn parameter() -> impl Strategy<Value = String> {
    prop_oneof![
        "(status|priority|sort_by|sort_order|count|completed)=(pending|high|title|dueDate|asc|exact|true)",
        "(category|label|assignee|created_by|search|cursor)=[ -~]{0,12}",
        "(limit|offset)=[0-9]{1,6}",
        "due_(before|after)=[0-9]{4}-0[1-9]-[0-2][1-9]T[0-2][0-3]:00:00(Z|%2B01:00)",
        "(search|label)=(%[2-7][0-9A-F]|%C3%A9|'|;|--|\\+){0,8}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn lists_of_entity_tags(lines in joined(joined(entity_tag(), " , "), "\n")) {
        holds::etag(lines.as_bytes());
    }

    #[test]
    fn ways_through_proxies(lines in joined(joined(address(), ","), "\n")) {
        holds::forwarded_for(lines.as_bytes());
    }

    #[test]
    fn questions_for_tasks(query in joined(parameter(), "&")) {
        holds::filter(query.as_bytes());
        holds::page(query.as_bytes());
    }

    #[test]
    fn cursors(
        by in "[a-z_]{0,12}",
        order in prop_oneof!["asc", "desc"],
        key in prop_oneof![
            any::<String>().prop_map(|text| serde_json::json!({"text": text})),
            any::<i16>().prop_map(|rank| serde_json::json!({"rank": rank})),
            "[0-9+-]{1,5}-(0[1-9]|1[0-2])-[0-2][1-9]T[0-2][0-3]:59:60(\\.[0-9]{1,9})?Z".prop_map(|time| serde_json::json!({"time": time})),
        ],
        id in any::<u128>(),
    ) {
        let id = uuid::Uuid::from_u128(id);
        let cursor = serde_json::json!({"by": by, "order": order, "key": key, "id": id});
        holds::cursor(format!("j{cursor}").as_bytes());
    }

    #[test]
    fn hosts_in_publishable_keys(host in "([a-zA-Z0-9-]{1,5}\\.){1,3}[a-zA-Z0-9-]{1,5}(:[0-9]{1,5})?") {
        holds::publishable_key(format!("h{host}").as_bytes());
    }

    #[test]
    fn permissions_of_either_reading(
        fea in joined("(o|u|ou|uo|x):[a-d]{1,2}".prop_map(|entry| entry), ","),
        per in joined("[a-e]{1,2}".prop_map(|action| action), ","),
        fpm in joined("[0-9]{1,2}|[1-9][0-9]{30,38}".prop_map(|mask| mask), ","),
    ) {
        holds::permissions(format!("{fea}\n{per}\n{fpm}").as_bytes());
    }
}
