internal import ArgumentParser
internal import CurlTransmit
internal import FoundationEssentials
internal import Relay
internal import SwiftASN1
internal import X509

/// What an application shows itself with: a secret, a certificate with its key, a service account's key, or nothing.
struct ApplicationCredential: Sendable {
    enum Kind: Sendable {
        case secret(Secret)
        case certificate(pem: String, key: Secret)
        case serviceAccount(ServiceAccount, key: Secret)
    }

    let kind: Kind
    /// Where the credential says it itself.
    let expires: Date?
    /// The client id that a service account's file names.
    let clientID: String?

    /// As the row says it; what was there before is replaced, since two would not be told apart.
    func describe(_ application: inout Application) {
        application.certificate = nil
        application.serviceAccount = nil
        switch kind {
        case .secret: break
        case .certificate(let pem, _): application.certificate = pem
        case .serviceAccount(let account, _): application.serviceAccount = account
        }
    }

    /// The secret to keep, and what goes.
    func changes(of application: ApplicationID, _ opened: OpenedStore) throws -> [SecretChange] {
        let secret = SecretName(.clientSecret, of: application.text)
        let key = SecretName(.privateKey, of: application.text)
        return switch kind {
        case .secret(let text): [try opened.sealed(text, secret), SecretChange(name: key, sealed: nil)]
        case .certificate(_, let text), .serviceAccount(_, let text):
            [try opened.sealed(text, key), SecretChange(name: secret, sealed: nil)]
        }
    }

    func isKept(for application: ApplicationID, _ opened: OpenedStore) async throws -> Bool {
        switch kind {
        case .secret(let text): try await opened.keeps(text, SecretName(.clientSecret, of: application.text))
        case .certificate(_, let text), .serviceAccount(_, let text):
            try await opened.keeps(text, SecretName(.privateKey, of: application.text))
        }
    }

    func authentication(at provider: Provider) -> ClientAuthentication {
        switch kind {
        case .secret(let text): provider.authorization.authentication(text)
        case .certificate(let pem, let key): .certificate(pem, key: key)
        case .serviceAccount: .none
        }
    }
}

/// When a credential ends: what nobody knows cannot be warned of.
extension ApplicationCredential {
    /// As the credential itself says, or a person who is there to answer.
    func end(asking live: Live) throws -> Date? {
        if let expires { return expires }
        guard case .secret = kind, live.standardInput.isTerminal, live.standardError.isTerminal else { return nil }
        live.standardError.write("when the secret ends (YYYY-MM-DD, empty if unknown): ")
        // A terminal gives a line at a time.
        let line = String(decoding: try live.standardInput.read(256), as: UTF8.self).prefix { !$0.isNewline }
        return line.allSatisfy { $0 == " " } ? nil : try Parse.date(String(line))
    }

    func complainOfUnknownEnd(of application: String, _ live: Live) {
        guard case .secret = kind else { return }
        live.say(
            "nobody knows when its secret ends: `mandate applications set \(application.shellQuoted) --secret-expires YYYY-MM-DD`")
    }
}

/// The options that bring a credential; all are files, standard input, a prompt or the environment, never the secret itself.
struct CredentialOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the client secret is: a file, - for standard input, prompt, or env:NAME.", valueName: "file"),
        completion: .file())
    var secretFile: String?
    @Option(help: ArgumentHelp("A certificate instead of a secret (PEM); --key-file goes with it.", valueName: "file"), completion: .file())
    var certificate: String?
    @Option(help: ArgumentHelp("The certificate's private key (PEM, unencrypted).", valueName: "file"), completion: .file())
    var keyFile: String?
    @Option(help: ArgumentHelp("Google: the service account's key file (JSON).", valueName: "file"), completion: .file())
    var serviceAccountKey: String?

    func validate() throws {
        let given = [secretFile, certificate, serviceAccountKey].compactMap(\.self).count
        guard given <= 1 else { throw ValidationError("--secret-file, --certificate and --service-account-key exclude each other") }
        guard (certificate == nil) == (keyFile == nil) else { throw ValidationError("--certificate and --key-file go together") }
    }

    var isGiven: Bool { secretFile != nil || certificate != nil || serviceAccountKey != nil }

    /// nil: none was given.
    func read(_ live: Live) throws -> ApplicationCredential? {
        if let certificate, let keyFile { return try read(certificate, keyFile, live) }
        if let serviceAccountKey {
            return try ServiceAccountFile(InputFile(serviceAccountKey, live).readAll(limit: Self.limit), name: serviceAccountKey).credential
        }
        guard let secretFile else { return nil }
        let reader = SecretReader(live: live, option: "--secret-file", what: "client secret")
        return ApplicationCredential(kind: .secret(try reader.read(from: secretFile)), expires: nil, clientID: nil)
    }

    /// 64 KiB: no key comes near it.
    private static let limit = 64 * 1024

    private func read(_ certificate: String, _ keyFile: String, _ live: Live) throws -> ApplicationCredential {
        let pem = String(decoding: try InputFile(certificate, live).readAll(limit: Self.limit), as: UTF8.self)
        let key = Secret(try SecretReader(live: live, option: "--key-file", what: "private key").read(from: keyFile).reveal())
        let leaf: Certificate
        do { leaf = try Certificate(pemEncoded: pem) } catch {
            throw CommandFailure.data("\(certificate) holds no certificate in PEM form")
        }
        let known: Certificate.PrivateKey
        do { known = try Certificate.PrivateKey(pemEncoded: key.revealText()) } catch {
            // The library's words could quote the key.
            throw CommandFailure.data("\(keyFile) holds no unencrypted private key in PEM form (PKCS#8 or PKCS#1)")
        }
        guard Assertion.canSign(with: key) else {
            throw CommandFailure.data(
                "\(keyFile) is no RSA key of at least 2048 bits: providers take no other kind for an application's assertion")
        }
        guard known.publicKey == leaf.publicKey else {
            throw CommandFailure.data("\(keyFile) is not the key of the certificate in \(certificate)")
        }
        guard leaf.notValidAfter > live.now() else {
            throw CommandFailure.data("the certificate in \(certificate) ended on \(leaf.notValidAfter.day): make a new one")
        }
        return ApplicationCredential(kind: .certificate(pem: pem, key: key), expires: leaf.notValidAfter, clientID: nil)
    }
}

/// The file Google gives for a service account (console: IAM, Service accounts, Keys).
struct ServiceAccountFile {
    private struct Fields: Decodable {
        var type: String
        var clientEmail: String
        var clientID: String?
        var privateKey: String
        var privateKeyID: String

        private enum CodingKeys: String, CodingKey {
            case type
            case clientEmail = "client_email"
            case clientID = "client_id"
            case privateKey = "private_key"
            case privateKeyID = "private_key_id"
        }
    }

    let credential: ApplicationCredential

    init(_ bytes: [UInt8], name: String) throws(CommandFailure) {
        let fields: Fields
        do { fields = try JSONDecoder().decode(Fields.self, from: Data(bytes)) } catch {
            throw .data(
                "\(name) is no service account key: client_email, private_key and private_key_id are wanted, as in the file Google gave")
        }
        guard fields.type == "service_account" else { throw .data("\(name) is a key of the type \(fields.type), not service_account") }
        guard Assertion.canSign(with: Secret(fields.privateKey)) else {
            throw .data("the private_key in \(name) is no unencrypted RSA key in PEM form")
        }
        credential = ApplicationCredential(
            kind: .serviceAccount(
                ServiceAccount(address: fields.clientEmail, keyID: fields.privateKeyID), key: Secret(fields.privateKey)), expires: nil,
            clientID: fields.clientID)
    }
}
