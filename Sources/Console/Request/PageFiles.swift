internal import Web

/// The files beside this one, as the build has put them into the program.
enum PageFiles {
    static let style = PackageResources.console_css
    static let script = PackageResources.console_js
    static let templates: [(name: String, bytes: [UInt8])] = [
        ("account", PackageResources.account_mustache),
        ("api", PackageResources.api_mustache),
        ("application-new", PackageResources.application_new_mustache),
        ("application", PackageResources.application_mustache),
        ("badge", PackageResources.badge_mustache),
        ("brand", PackageResources.brand_mustache),
        ("check", PackageResources.check_mustache),
        ("client-key", PackageResources.client_key_mustache),
        ("clients", PackageResources.clients_mustache),
        ("consent", PackageResources.consent_mustache),
        ("csrf", PackageResources.csrf_mustache),
        ("error", PackageResources.error_mustache),
        ("explain", PackageResources.explain_mustache),
        ("foot", PackageResources.foot_mustache),
        ("head", PackageResources.head_mustache),
        ("identities", PackageResources.identities_mustache),
        ("journal", PackageResources.journal_mustache),
        ("login", PackageResources.login_mustache),
        ("message", PackageResources.message_mustache),
        ("meta", PackageResources.meta_mustache),
        ("nav", PackageResources.nav_mustache),
        ("overview", PackageResources.overview_mustache),
        ("pager", PackageResources.pager_mustache),
        ("plainfoot", PackageResources.plainfoot_mustache),
        ("plainhead", PackageResources.plainhead_mustache),
        ("queue", PackageResources.queue_mustache),
        ("settings", PackageResources.settings_mustache),
        ("steps", PackageResources.steps_mustache),
        ("time", PackageResources.time_mustache),
        ("tokens-consent", PackageResources.tokens_consent_mustache),
        ("tokens-device", PackageResources.tokens_device_mustache),
        ("tokens", PackageResources.tokens_mustache),
        ("unauthorised", PackageResources.unauthorised_mustache),
        ("user", PackageResources.user_mustache),
        ("users-import-progress", PackageResources.users_import_progress_mustache),
        ("users-import-report", PackageResources.users_import_report_mustache),
        ("users-import", PackageResources.users_import_mustache),
        ("users", PackageResources.users_mustache),
    ]
}
