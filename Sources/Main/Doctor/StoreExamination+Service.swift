internal import FoundationEssentials
internal import Relay
internal import Store

/// What `serve` is told and what its doors could not take.
extension StoreExamination {
    /// As the service would read it, though with this command's environment.
    func service(_ directory: Directory) async throws -> [Finding] {
        let configuration: ServeConfiguration
        do throws(CommandFailure) {
            configuration = try await ConfigurationReading(file: nil, settings: [], store: folder, live: opened.live).readKeys()
        } catch { return [Finding("configuration", error.sentence, fix: "mandate serve --help")] }
        return [configuration.httpFiles, configuration.smtpFiles].compactMap { $0?.trouble(at: opened.live.now())?.finding }
            + consents(configuration, directory) + client(configuration, directory) + rejected(configuration)
    }

    private func client(_ configuration: ServeConfiguration, _ directory: Directory) -> [Finding] {
        guard let name = configuration.pickup?.client, !directory.allClients.contains(where: { $0.name == name }) else { return [] }
        return [Finding("configuration", "pickup.client names \(name), and there is no such client", fix: ["mandate clients list"])]
    }

    /// Whoever consents would wait in front of a page that does not come.
    private func consents(_ configuration: ServeConfiguration, _ directory: Directory) -> [Finding] {
        let (address, isEncrypted) = (directory.settings.publicAddress, configuration.httpFiles != nil)
        let port = configuration.httpPort ?? address.usualPort(isEncrypted: isEncrypted)
        return [address.trouble(listeningAt: port, isEncrypted: isEncrypted)].compactMap(\.self)
    }

    /// A message nobody looks after is as good as lost.
    private func rejected(_ configuration: ServeConfiguration) -> [Finding] {
        var folders: [String] = []
        if let folder = configuration.localFolder.map({ LocalFolder($0) }) {
            folders += [folder.maildrop, folder.keepersMaildrop].map { $0 + ".rejected" }
        }
        if let pickup = configuration.pickup { folders.append(pickup.folder + "/rejected") }
        let reports = configuration.dmarcFolder.map { [$0 + "/rejected"] } ?? []
        return folders.compactMap { rejected(in: $0, "message") } + reports.compactMap { rejected(in: $0, "report") }
    }

    private func rejected(in folder: String, _ what: String) -> Finding? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // where there is none, nothing was rejected
        let count = names.count { $0.hasSuffix(".reason") }
        guard count > 0 else { return nil }
        return Finding(
            folder, "\(count) \(what)\(count == 1 ? " was" : "s were") put down and could not be taken",
            fix: ["read the .reason beside each", "mend it and move the \(what) back, or remove both"])
    }
}
