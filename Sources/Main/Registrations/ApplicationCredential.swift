internal import ArgumentParser
internal import CurlTransmit
internal import FoundationEssentials
internal import Relay
internal import SwiftASN1
internal import X509

/// A credential as it was brought: a secret, a certificate with its key, a service account's key, or where a token of the machine's own is.
struct ApplicationCredential: Sendable {
    /// In the words of the directory file; what was there before is taken away.
    let entries: [DocumentValue.Entry]
    let secrets: [SecretName.Kind: Secret]
    /// Where the credential says it itself.
    var expires: Date?
    /// The client id that a service account's file names.
    var clientID: String?

    init(_ secret: Secret) {
        entries = [.init("certificate", .null), .init("federated_credential", .null)]
        secrets = [.clientSecret: secret]
    }

    init(certificate pem: String, key: Secret, expires: Date) {
        entries = [.init("certificate", .text(pem)), .init("service_account", .null), .init("federated_credential", .null)]
        secrets = [.privateKey: key]
        self.expires = expires
    }

    init(_ account: ServiceAccount, key: Secret, clientID: String?) {
        entries = [
            .init("certificate", .null), .init("federated_credential", .null),
            .init("service_account", ["address": .text(account.address), "key_id": .text(account.keyID)]),
        ]
        secrets = [.privateKey: key]
        self.clientID = clientID
    }

    init(_ federated: FederatedCredential) {
        entries = [
            .init("certificate", .null), .init("service_account", .null), .init("federated_credential", federated.value),
        ]
        secrets = [:]
    }

    /// When it ends, as it says itself, or a person who is there to answer: what nobody knows cannot be warned of. nil: unknown.
    func end(asking live: Live) throws -> String? {
        if let expires { return DocumentDate.text(expires) }
        guard secrets[.clientSecret] != nil, live.standardInput.isTerminal, live.standardError.isTerminal else { return nil }
        live.standardError.write("when the secret ends (YYYY-MM-DD, empty if unknown): ")
        // A terminal gives a line at a time.
        let line = String(decoding: try live.standardInput.read(256), as: UTF8.self).prefix { !$0.isNewline }
        return line.allSatisfy { $0 == " " } ? nil : String(line)
    }
}

/// The options that bring a credential; all are files, standard input, a prompt or the environment, never the secret itself.
struct CredentialOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the client secret is: a file, - for standard input, prompt, or env:NAME.", valueName: "file"),
        completion: .file())
    var secretFrom: String?
    @Option(help: ArgumentHelp("A certificate instead of a secret (PEM); --key-from goes with it.", valueName: "file"), completion: .file())
    var certificate: String?
    @Option(
        help: ArgumentHelp("Where the certificate's private key is (PEM, unencrypted), as for --secret-from.", valueName: "file"),
        completion: .file())
    var keyFrom: String?
    @Option(help: ArgumentHelp("Google: the service account's key file (JSON).", valueName: "file"), completion: .file())
    var serviceAccountKey: String?
    @OptionGroup var federated: FederatedOptions
    @Option(help: .hidden) var secretFile: String?
    @Option(help: .hidden) var keyFile: String?

    func validate() throws {
        let given = [secretFrom, secretFile, certificate, serviceAccountKey].compactMap(\.self).count + (federated.isGiven ? 1 : 0)
        guard given <= 1 else {
            throw ValidationError("--secret-from, --certificate, --service-account-key and a token of the machine's own exclude each other")
        }
        guard keyFrom == nil || keyFile == nil else { throw ValidationError("--key-file is the old word for --key-from") }
        guard (certificate == nil) == ((keyFrom ?? keyFile) == nil) else {
            throw ValidationError("--certificate and --key-from go together")
        }
    }

    var isGiven: Bool { secretFrom != nil || secretFile != nil || certificate != nil || serviceAccountKey != nil || federated.isGiven }

    /// nil: none was given.
    func read(_ live: Live) throws -> ApplicationCredential? {
        if let credential = try federated.credential(live) { return ApplicationCredential(credential) }
        if let certificate, let key = keyFrom ?? keyFile { return try read(certificate, key, live) }
        if let serviceAccountKey {
            return try ServiceAccountFile(InputFile(serviceAccountKey, live).readAll(limit: Self.limit), name: serviceAccountKey).credential
        }
        guard let source = secretFrom ?? secretFile else { return nil }
        return ApplicationCredential(try Self.reader(live).read(from: source))
    }

    static func reader(_ live: Live) -> SecretReader { SecretReader(live: live, option: "--secret-from", what: "client secret") }

    /// Once all is done.
    func hint(_ live: Live) async {
        await federated.hint(live)
        if secretFile != nil { live.say("--secret-from is the word for --secret-file by now") }
        if keyFile != nil { live.say("--key-from is the word for --key-file by now") }
    }

    /// 64 KiB: no key comes near it.
    private static let limit = 64 * 1024

    private func read(_ certificate: String, _ keyFile: String, _ live: Live) throws -> ApplicationCredential {
        let pem = String(decoding: try InputFile(certificate, live).readAll(limit: Self.limit), as: UTF8.self)
        let key = Secret(try SecretReader(live: live, option: "--key-from", what: "private key").read(from: keyFile).reveal())
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
        return ApplicationCredential(certificate: pem, key: key, expires: leaf.notValidAfter)
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
            ServiceAccount(address: fields.clientEmail, keyID: fields.privateKeyID), key: Secret(fields.privateKey),
            clientID: fields.clientID)
    }
}
