import Foundation
import Mail
import Relay
import Store
import TestSupport
import Testing

@testable import Main

/// The demo's company with the built service running on it, as browsers and programs meet it: a port, and a client of each role.
struct WebHouse: Sendable {
    let premises: Premises
    let port: Int
    let log: ServiceLog

    static let password = "correct horse battery staple"
    static let keys: [Role: ClientKey] = [
        .administrator: ClientKey("mandate-administrator"), .auditor: ClientKey("mandate-auditor"), .sender: ClientKey("mandate-sender"),
    ]

    static func with(_ settings: [String] = [], publicURL: String? = nil, _ body: (WebHouse) async throws -> Void) async throws {
        try await Premises.with(keepingContent: true) { premises in
            try await settle(premises, publicURL)
            let (service, log) = try await ServedHouse.start(premises, ["smtp.listen=off", "local.folder=off"] + settings)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(WebHouse(premises: premises, port: try await log.webPort(), log: log)))
            } catch { result = .failure(error) }
            _ = await service.stop()
            try result.get()
        }
    }

    /// A client for each role, `ann` with a password, and where browsers come to.
    private static func settle(_ premises: Premises, _ publicURL: String?) async throws {
        var changes: [DirectoryChange] = keys.map { role, key in
            .put(
                .client(
                    Client(id: ClientID(trusted: role.rawValue), name: role.rawValue, credential: .key(sha256: key.digest), roles: [role])))
        }
        let hash = try #require(PasswordHash(of: Secret(password), salt: Array(0..<16), cost: .init(rounds: 8, blockSize: 8, lanes: 1)))
        changes.append(
            .put(.client(Client(id: ClientID(trusted: "ann"), name: "ann", credential: .password(hash), roles: [.administrator]))))
        if let publicURL { changes.append(.put(.setting(SettingKey(.publicURL), publicURL))) }
        _ = try await premises.store.apply(DirectoryEdit(changes, by: "test", at: premises.live.now()))
    }

    /// nil: a stranger.
    func client(_ role: Role?) -> WebClient { WebClient(port: port, key: role.flatMap { Self.keys[$0]?.text }) }

    var administrator: WebClient { client(.administrator) }
    var auditor: WebClient { client(.auditor) }
    var sender: WebClient { client(.sender) }

    func directory() async throws -> Relay.Directory { try await premises.store.directory() }
}
