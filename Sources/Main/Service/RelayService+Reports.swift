internal import LocalGateway
internal import Logging
internal import Relay

/// Reports that are put into a folder.
extension RelayService {
    func reportFolder(_ folder: String, log: Logger) -> ReportFolder {
        let reader = ReportProcess(program: live.program)
        let intake = DmarcIntake(store, person: live.person, now: live.now)
        return ReportFolder(
            folder,
            ReportFolder.Surroundings(
                take: { path, name in
                    do throws(ReportReaderFailure) {
                        let documents = try await reader.documents(inFile: path)
                        do throws(StoreFailure) { return .done(try await intake.take(documents, from: name)) } catch {
                            return .later("\(error)")
                        }
                    } catch {
                        switch error {
                        case .noFile(let words), .unavailable(let words): return .later(words)
                        }
                    }
                }, now: live.now, wait: live.wait, logger: log))
    }
}
