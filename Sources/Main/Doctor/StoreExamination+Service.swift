internal import FoundationEssentials
internal import Relay
internal import SMTPGateway
internal import SQLiteStore
internal import SwiftASN1
internal import X509

/// What `serve` is told and what its doors could not take.
extension StoreExamination {
    /// As the service would read it, though with this command's environment.
    func service(_ directory: Directory) async throws -> [Finding] {
        let configuration: ServeConfiguration
        do throws(CommandFailure) {
            configuration = try await ConfigurationReading(file: nil, settings: [], store: folder, live: opened.live).read()
        } catch { return [Finding("configuration", error.sentence, fix: "mandate serve --help")] }
        return certificate(configuration) + client(configuration, directory) + rejected(configuration)
    }

    private func client(_ configuration: ServeConfiguration, _ directory: Directory) -> [Finding] {
        guard let name = configuration.pickup?.client, !directory.allClients.contains(where: { $0.name == name }) else { return [] }
        return [Finding("configuration", "pickup.client names \(name), and there is no such client", fix: ["mandate clients list"])]
    }

    /// Programs stop handing mail over on the day their server's certificate ends.
    private func certificate(_ configuration: ServeConfiguration) -> [Finding] {
        guard let identity = configuration.smtp.identity else { return [] }
        let what = "certificate of the submission server"
        let renew = ["put the new one in its place", "systemctl reload mandate, or kill -HUP"]
        let chain = String(decoding: identity.certificates, as: UTF8.self)
        guard let end = chain.firstRange(of: "-----END CERTIFICATE-----"),
            let first = try? Certificate(pemEncoded: String(chain[..<end.upperBound]))
        else {
            return [Finding(what, "it cannot be read", fix: renew)]
        }
        let days = first.notValidAfter.timeIntervalSince(opened.live.now()) / 86_400
        guard days < 30 else { return [] }
        return [Finding(what, days < 0 ? "it ended on \(first.notValidAfter.day)" : "it ends on \(first.notValidAfter.day)", fix: renew)]
    }

    /// A message nobody looks after is as good as lost.
    private func rejected(_ configuration: ServeConfiguration) -> [Finding] {
        var folders: [String] = []
        if let folder = configuration.localFolder.map({ LocalFolder($0) }) {
            folders += [folder.maildrop, folder.keepersMaildrop].map { $0 + ".rejected" }
        }
        if let pickup = configuration.pickup { folders.append(pickup.folder + "/rejected") }
        return folders.compactMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // where there is none, nothing was rejected
            let count = names.count { $0.hasSuffix(".reason") }
            guard count > 0 else { return nil }
            return Finding(
                folder, "\(count) message\(count == 1 ? " was" : "s were") put down and could not be taken",
                fix: ["read the .reason beside each", "mend it and move the message back, or remove both"])
        }
    }
}
