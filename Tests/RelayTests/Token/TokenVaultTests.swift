import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What is sealed opens for its own row, under its own key, undamaged – and for nothing else.
struct TokenVaultTests {
    private let name = SecretName(.refreshToken, of: "grant-1")

    @Test(arguments: [0, 1, 15, 16, 17, 5000]) func comesBackAsItWas(_ length: Int) throws {
        let vault = try FakeCompany.vault()
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try vault.seal(Secret(bytes), for: name)
        #expect(try vault.open(sealed, for: name).reveal() == bytes)
        #expect(sealed.keyID == vault.keyID)
        #expect(sealed.bytes.count == length + 28)
    }

    @Test func sameSecretIsNeverSealedTheSame() throws {
        let vault = try FakeCompany.vault()
        #expect(try vault.seal(Secret("x"), for: name) != vault.seal(Secret("x"), for: name))
    }

    @Test(arguments: [
        SecretName(.refreshToken, of: "grant-2"), SecretName(.accessToken, of: "grant-1"), SecretName(.clientSecret, of: "grant-1"),
        SecretName(.refreshToken, of: ""), SecretName(.journalKey, of: "grant-1"),
    ]) func otherRowDoesNotOpen(_ other: SecretName) throws {
        let vault = try FakeCompany.vault()
        let sealed = try vault.seal(Secret("refresh"), for: name)
        #expect(throws: VaultError.doesNotOpen(other)) { try vault.open(sealed, for: other) }
    }

    @Test func otherKeyIsNamed() throws {
        let (one, two) = (try FakeCompany.vault(1), try FakeCompany.vault(2))
        #expect(one.keyID != two.keyID)
        #expect(one.keyID == (try FakeCompany.vault(1)).keyID)
        let sealed = try one.seal(Secret("refresh"), for: name)
        #expect(throws: VaultError.otherKey(one.keyID)) { try two.open(sealed, for: name) }
        let forged = Sealed(keyID: two.keyID, bytes: sealed.bytes)
        #expect(throws: VaultError.doesNotOpen(name)) { try two.open(forged, for: name) }
    }

    @Test func damageAtAnyByteIsFound() throws {
        let vault = try FakeCompany.vault()
        let sealed = try vault.seal(Secret("a refresh token"), for: name)
        for index in sealed.bytes.indices {
            var bytes = sealed.bytes
            bytes[index] ^= 0x10
            #expect(throws: VaultError.doesNotOpen(name)) { try vault.open(Sealed(keyID: vault.keyID, bytes: bytes), for: name) }
        }
        for length in sealed.bytes.indices {
            let cut = Sealed(keyID: vault.keyID, bytes: Array(sealed.bytes.prefix(length)))
            #expect(throws: VaultError.doesNotOpen(name)) { try vault.open(cut, for: name) }
        }
    }

    @Test(arguments: [0, 16, 31, 33]) func keyHas32Bytes(_ length: Int) {
        #expect(throws: VaultError.badKey(length: length)) { try Vault(key: Secret([UInt8](repeating: 0, count: length))) }
    }

    /// Every type that holds a secret, in every way Swift has of printing a value.
    @Test func nothingPrintsASecret() async throws {
        let text = "hush-hush"
        let secret = Secret(text)
        let key = Secret(Array("hush-hush-hush-hush-hush-hush-32".utf8))
        let vault = try Vault(key: key)
        let now = Date(timeIntervalSince1970: 0)
        let token = AccessToken(secret: secret, obtained: now, expires: now, revision: Edition(1))
        let request = TokenRequest(
            endpoint: "https://id.example", kind: .refresh(secret), clientID: "c", authentication: .secret(secret), scope: "s")
        let outgoing = OutgoingMessage(
            endpoint: MailEndpoint(host: "h", port: 1, security: .implicit), trustedCertificates: nil, login: "l", token: secret,
            envelope: .init(sender: .null, recipients: []), header: [], bodySize: 0, body: { _ in nil })
        let service = try await FakeService()
        let values: [Any] = [
            secret, key, vault, token, request, outgoing, TokenAnswer(accessToken: secret, lifetime: 1, refreshToken: secret, scope: nil),
            try vault.seal(secret, for: name), JournalChain(key: key.reveal()), [secret], ["a": secret], Optional(secret) as Any,
            Result<AccessToken, TokenFailure>.success(token), service.broker, service.surroundings,
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [dumped, "\(value)", String(reflecting: value), String(describing: value)] {
                #expect(!text.contains("hush"), "\(type(of: value))")
                #expect(!text.contains("104, 117, 115, 104"), "\(type(of: value))")
                let packed = String(text.filter { !$0.isWhitespace })
                #expect(!packed.contains("-104-117-115-104"), "\(type(of: value))")
            }
        }
    }
}
