//! Mail: off unless asked for, and refused rather than sent astray.

use secrecy::ExposeSecret;

use super::refused::{local_refuses, production_refuses};
use super::{names, production, read, read_local, with};
use crate::config::{Command, MailConfig, MailOutlet};

const FROM: (&str, &str) = ("EMAIL_FROM", "Tenantry <no-reply@acme.example>");
const PUBLIC: (&str, &str) = ("PUBLIC_URL", "https://api.acme.example");

fn smtp(mail: &MailConfig) -> &str {
    match &mail.outlet {
        MailOutlet::Smtp(url) => url.expose_secret(),
        MailOutlet::Folder(folder) => panic!("{}", folder.display()),
    }
}

#[test]
fn mail_is_off_unless_a_server_is_named() {
    assert!(read_local(&[]).unwrap().mail.is_none());
    assert!(read_local(&[FROM]).unwrap().mail.is_none());
}

#[test]
fn mail_has_a_server_a_sender_and_an_address_for_its_links() {
    let url = "smtps://mailer:plainly%20fake@smtp.acme.example";
    let frontend = ("FRONTEND_URL", "https://www.acme.example/");
    let values = with(production(), &[("SMTP_URL", url), FROM, PUBLIC, frontend]);

    let config = read(Command::Serve, &values).unwrap();

    let mail = config.mail.as_ref().unwrap();
    assert_eq!((smtp(mail), mail.from.to_string()), (url, FROM.1.to_owned()));
    assert_eq!((mail.links.as_str(), mail.app.as_deref()), (PUBLIC.1, Some("https://www.acme.example")));
    assert!(!format!("{config:?}").contains("plainly%20fake"));
}

#[test]
fn a_developer_may_do_with_less() {
    let mail = read_local(&[("SMTP_URL", "smtp://localhost:2525"), FROM]).unwrap().mail.unwrap();
    assert_eq!((smtp(&mail), mail.links.as_str()), ("smtp://localhost:2525", "http://localhost:8000"));
    let mail = read_local(&[("SMTP_URL", "file:.tenantry/mail"), FROM]).unwrap().mail.unwrap();
    assert!(matches!(mail.outlet, MailOutlet::Folder(folder) if folder.ends_with(".tenantry/mail")));
}

#[test]
fn what_is_missing_is_named() {
    let server = ("SMTP_URL", "smtps://smtp.acme.example");
    let errors = read(Command::Serve, &with(production(), &[server])).unwrap_err();
    assert_eq!(names(&errors), ["PUBLIC_URL", "EMAIL_FROM"], "{errors}");
    assert_eq!(names(&read_local(&[server]).unwrap_err()), ["EMAIL_FROM"]);
}

#[test]
fn servers_and_senders_have_a_form() {
    let without_sender = [
        ("smtp.acme.example", "not an address"),
        ("https://smtp.acme.example", "neither smtp:// nor smtps://"),
        ("smtp://", "no host"),
        ("smtp://smtp.acme.example?tls=maybe", "more after"),
        ("file:", "no folder"),
    ];
    local_refuses("SMTP_URL", &without_sender);
    local_refuses("EMAIL_FROM", &[("nobody", "no mail address"), ("a@b.example\nBcc: c@d.example", "no mail address")]);
    production_refuses("SMTP_URL", &[("file:mail", "production refuses"), ("smtps://u:changeme@h", "placeholder")]);
    production_refuses("EMAIL_FROM", &[("Tenantry <no-reply@your-domain.example>", "placeholder")]);
    for (url, accepted) in [
        ("smtp://smtp.acme.example", false),
        ("smtp://smtp.acme.example?tls=opportunistic", false),
        ("smtp://smtp.acme.example?tls=required", true),
        ("smtp://127.0.0.1:25", true),
    ] {
        let values = with(production(), &[("SMTP_URL", url), FROM, PUBLIC]);
        assert_eq!(read(Command::Serve, &values).is_ok(), accepted, "{url}");
    }
}
