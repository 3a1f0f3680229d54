import Foundation
@testable import Main

extension Shell {
    /// A store with a little of everything, made by commands alone.
    static func withCompany() async throws -> Shell {
        let shell = try await withStore()
        try await shell.set(
            "users add ann --address ann@example.org", "users add bob --address bob@example.org --address robert@example.org",
            "users add tracker --address tracker@example.org",
            "applications add tracker --provider microsoft --tenant contoso.example --client-id 1234 --secret-from - --domain example.org",
            "grants add staff --application tracker --kind app-only",
            "grants add person --application tracker --kind consent --principal ann@example.org --refresh-token-from -",
            "mailboxes add tracker@example.org --grant person", "mailboxes add --family @staff.example.org --grant staff",
            "delegations grant tracker@example.org bob@example.org --kind send-as", "delegations deny * ann@example.org",
            "settings set EMAIL_FROM_USER_ID tracker", "settings set intake intake@example.org",
            "clients add printer --network 192.0.2.17 --address scan@example.org", "clients add batch --key")
        return shell
    }
}
