internal import CryptoExtras
internal import FoundationEssentials
internal import Sandbox

/// A service account of the pretend Google, with a key file as the real one gives it.
enum PretendServiceAccount {
    static let address = "mailer@pretend.iam.gserviceaccount.example"

    static func register(at sandbox: Sandbox, keyFile: String) throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let fields = [
            "type": "service_account", "client_email": address, "client_id": Company.familyClientID, "private_key_id": "pretend-1",
            "private_key": key.pemRepresentation, "token_uri": sandbox.tokenEndpoint,
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let json = try encoder.encode(fields)
        guard FileManager.default.createFile(atPath: keyFile, contents: json, attributes: [.posixPermissions: 0o600]) else {
            throw CommandFailure(.cannotCreate, "\(keyFile) cannot be written")
        }
        sandbox.changeTenant {
            $0.applications[0].serviceAccount = .init(
                address: address, publicKeyPEM: key.publicKey.pemRepresentation,
                scopes: ["https://mail.google.com/", "https://www.googleapis.com/auth/gmail.send"])
        }
    }
}
