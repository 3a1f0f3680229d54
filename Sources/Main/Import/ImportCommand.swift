internal import ArgumentParser
internal import Relay

/// What other programs know of who may send as whom, as a draft first.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take over what other programs know; say first what that would change.",
        discussion: """
            Each reads a file of another program and says of each thing in it, with its line, whether it is new, changed, the same, or skipped and why. \
            Nothing is changed before --apply: run it, read it, then run it with --apply. Whatever is taken is held against the rules that commands have. \
            Secrets are never taken from a file, and not shown. `mandate providers import` reads providers from autoconfig files.

            Examples:
              mandate import users staff.ldif
              mandate import exchange-permissions send-as.csv --mailbox-grant tenant --apply
              mandate import settings tracker.properties --only new,changed
            """,
        subcommands: [
            Users.self, Settings.self, ExchangePermissions.self, GmailSendAs.self, PostfixLogins.self, PostfixGeneric.self,
            EmailOAuth2Proxy.self,
        ])

    struct Settings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.settings.rawValue, abstract: "Who mail is from, as issue trackers that keep EMAIL_FROM_USER_ID say it.",
            discussion: """
                XML or Java properties, by content. Taken are EMAIL_FROM_USER_ID, AD_HOC_EMAIL_FROM_ADDRESS and EMAIL_ADMINISTRATOR_USER_ID - a user's id, an \
                address or * Current User * - and EMAIL_FROM_ADDRESS of old releases, where there is nothing newer. Everything else is named and left: a \
                redirect URI with a query string and an EWS scope have to be replaced. Import the users first, so that an id is known for one.

                Examples:
                  mandate import settings tracker.properties
                  mandate import settings settings.xml --apply
                """)
        @OptionGroup var options: ImportOptions

        func run() async throws { try await options.run(.settings) }
    }

    struct ExchangePermissions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.exchangePermissions.rawValue, abstract: "Send As and Send on Behalf, as Exchange exports them.",
            discussion: """
                CSV with the columns of Get-RecipientPermission (Identity, Trustee, AccessControlType, AccessRights, Inherited, Deny), or of mailboxes with \
                GrantSendOnBehalfTo. A column PrimarySmtpAddress is believed before Identity, which is often a name only. A name is looked up among users and \
                mailboxes. Deny rows become deny entries. In Exchange's PowerShell:

                  Get-EXOMailbox -ResultSize Unlimited | ForEach-Object { $a = $_.PrimarySmtpAddress
                    Get-RecipientPermission $a | Select-Object @{n='PrimarySmtpAddress';e={$a}},
                      Trustee, AccessControlType, AccessRights, Inherited, Deny } |
                    Export-Csv send-as.csv -Encoding utf8
                  Get-EXOMailbox -ResultSize Unlimited -Properties GrantSendOnBehalfTo |
                    Select-Object PrimarySmtpAddress,
                      @{n='GrantSendOnBehalfTo';e={$_.GrantSendOnBehalfTo -join ';'}} |
                    Export-Csv on-behalf.csv -Encoding utf8

                Examples:
                  mandate import exchange-permissions send-as.csv
                  mandate import exchange-permissions send-as.csv --mailbox-grant tenant --apply
                """)
        @OptionGroup var options: ImportOptions
        @OptionGroup var rights: RightOptions

        func run() async throws { try await options.run(.exchangePermissions, rights.choices) }
    }

    struct GmailSendAs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.gmailSendAs.rawValue, abstract: "The addresses that a Gmail account may send from.",
            discussion: """
                The JSON that GET https://gmail.googleapis.com/gmail/v1/users/me/settings/sendAs answers; one file for each account. Each confirmed address \
                becomes an alias of the mailbox; what Google still waits for is skipped, since Gmail would send from the account's own address instead.

                Examples:
                  mandate import gmail-send-as ann.json
                  mandate import gmail-send-as ann.json --mailbox ann@example.org --mailbox-grant workspace --apply
                """)
        @OptionGroup var options: ImportOptions
        @OptionGroup var rights: RightOptions
        @Option(help: ArgumentHelp("Whose list it is, if no entry says so (isPrimary).", valueName: "mailbox")) var mailbox: String?

        func run() async throws {
            var choices = rights.choices
            choices.mailbox = mailbox
            try await options.run(.gmailSendAs, choices)
        }
    }
}

/// Of Postfix, and of a proxy.
extension ImportCommand {
    struct PostfixLogins: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.postfixLogins.rawValue, abstract: "Who may use which sender, as smtpd_sender_login_maps has it.",
            discussion: """
                The text that postmap reads: an address or @domain, then logins. A login is a mailbox's login or address, or a user whose address has a mailbox. \
                Tables of patterns (regexp, pcre) are refused; `postmap -s hash:FILE` writes the text of one that was lost.

                Examples:
                  mandate import postfix-logins /etc/postfix/sender_login
                  postmap -s hash:/etc/postfix/sender_login | mandate import postfix-logins - --kind send-as --apply
                """)
        @OptionGroup var options: ImportOptions
        @OptionGroup var rights: RightOptions
        @Option(help: "How they send: send-as, on-behalf or alias. Unless given, alias at Google, and send-as elsewhere.") var kind:
            Delegation.Kind?

        func run() async throws {
            var choices = rights.choices
            choices.delegationKind = kind
            try await options.run(.postfixLogins, choices)
        }
    }

    struct PostfixGeneric: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.postfixGeneric.rawValue,
            abstract: "Which address a local one has outside, as smtp_generic_maps has it.",
            discussion: """
                The text that postmap reads: a local address, then the one that stands in its place. Each becomes a user whose id is the local address as it is \
                written there, and whose primary address is the other: mail of `--user` with that id is from it. Entries for whole domains are skipped.

                Examples:
                  mandate import postfix-generic /etc/postfix/generic
                  mandate import postfix-generic /etc/postfix/generic --apply
                """)
        @OptionGroup var options: ImportOptions

        func run() async throws { try await options.run(.postfixGeneric) }
    }

    struct EmailOAuth2Proxy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.emailOAuth2Proxy.rawValue, abstract: "The accounts of an email-oauth2-proxy.",
            discussion: """
                emailproxy.config: each account becomes a mailbox, with the provider, application and grant that it needs where there are none yet. Its secrets \
                and tokens are not taken: `mandate applications set NAME --secret-from prompt` asks for a secret, `mandate grants authorize` for consent. A \
                provider that the catalogue does not have is made from it, and not trusted before `mandate providers trust`.

                Examples:
                  mandate import email-oauth2-proxy emailproxy.config
                  mandate import email-oauth2-proxy emailproxy.config --apply
                """)
        @OptionGroup var options: ImportOptions

        func run() async throws { try await options.run(.emailOAuth2Proxy) }
    }
}
