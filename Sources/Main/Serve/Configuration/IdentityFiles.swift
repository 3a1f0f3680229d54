internal import FoundationEssentials
internal import Glibc
internal import Relay
internal import SwiftASN1
internal import Web
internal import X509

/// The two files by which a way in proves who it is, with the keys that name them.
struct IdentityFiles: Sendable, Hashable {
    struct Place: Sendable, Hashable {
        let key: ServeKey
        let path: String
    }

    let certificate: Place
    let key: Place

    /// nil: neither is named.
    init?(_ source: ServeValues, _ certificateKey: ServeKey, _ keyKey: ServeKey) async throws(CommandFailure) {
        switch (try await source.file(certificateKey), try await source.file(keyKey)) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            self.certificate = Place(key: certificateKey, path: certificate)
            self.key = Place(key: keyKey, path: key)
        case (.some, nil): throw .configuration("\(certificateKey.rawValue) wants its \(keyKey.rawValue)")
        case (nil, .some): throw .configuration("\(keyKey.rawValue) wants its \(certificateKey.rawValue)")
        }
    }

    /// As they are now; they belong together.
    func identity() throws(CommandFailure) -> ServerIdentity {
        do throws(IdentityTrouble) { return try read() } catch {
            switch error.fault {
            case .missing, .unreadable: throw .input(error.sentence)
            case .openToAll, .noCertificate, .noKey, .keyOfAnother, .notYet, .ends, .ended: throw .configuration(error.sentence)
            }
        }
    }

    /// What is wrong with them, or will be soon; nil: nothing.
    func trouble(at now: Date) -> IdentityTrouble? {
        let identity: ServerIdentity
        do throws(IdentityTrouble) { identity = try read() } catch { return error }
        guard let first = Self.first(identity.certificates) else { return nil }  // the server takes it all the same
        return IdentityTrouble(
            key: certificate.key.rawValue, file: certificate.path, from: first.notValidBefore, until: first.notValidAfter, at: now)
    }

    private func read() throws(IdentityTrouble) -> ServerIdentity {
        let certificates = try bytes(certificate)
        if let status = FileStatus(key.path), status.permissions & 0o007 != 0 { throw trouble(key, .openToAll) }
        let identity = ServerIdentity(certificates: certificates, key: try bytes(key))
        // Whether they can be used is for those to say who will use them.
        do throws(UnusableCertificate) { _ = try ServedCertificate(identity) } catch { throw diagnosis(identity) }
        return identity
    }

    private func bytes(_ place: Place) throws(IdentityTrouble) -> [UInt8] {
        do { return Array(try Data(contentsOf: URL(filePath: place.path))) } catch {
            let reason = access(place.path, R_OK) == 0 ? EISDIR : errno
            throw trouble(place, reason == ENOENT ? .missing : .unreadable(SystemError.text(reason)))
        }
    }

    private func diagnosis(_ identity: ServerIdentity) -> IdentityTrouble {
        guard Self.first(identity.certificates) != nil else { return trouble(certificate, .noCertificate) }
        guard let pem = Self.block(ending: "PRIVATE KEY", in: identity.key), (try? Certificate.PrivateKey(pemEncoded: pem)) != nil else {
            return trouble(key, .noKey)
        }
        return trouble(key, .keyOfAnother(certificate.path))
    }

    private func trouble(_ place: Place, _ fault: IdentityTrouble.Fault) -> IdentityTrouble {
        IdentityTrouble(key: place.key.rawValue, file: place.path, fault)
    }

    /// The server's own.
    private static func first(_ chain: [UInt8]) -> Certificate? {
        block(ending: "CERTIFICATE", in: chain).flatMap { try? Certificate(pemEncoded: $0) }
    }

    /// The first of a kind: before it may stand what OpenSSL writes for people, or the parameters of a curve.
    private static func block(ending kind: String, in bytes: [UInt8]) -> String? {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("\(kind)-----") }) else { return nil }
        guard let last = lines[first...].firstIndex(where: { $0.hasPrefix("-----END ") }) else { return nil }
        return lines[first...last].joined(separator: "\n")
    }
}
