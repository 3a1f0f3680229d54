import Foundation
import Glibc
import TestSupport

@testable import Main

/// A real browser, Chromium, driven over WebDriver (W3C): it goes where it is told, types, clicks, and says what it sees.
final class WebDriver: Sendable {
    private static let chromium = "/usr/bin/chromium"
    private static let driver = "/usr/bin/chromedriver"
    static var isInstalled: Bool { [chromium, driver].allSatisfy(FileManager.default.isExecutableFile) }

    /// The protocol's name for an element's id.
    private static let element = "element-6066-11e4-a52e-4f735466cecf"

    private let program: Program
    private let output: AsyncStream<String>
    private let client: WebClient
    private let session: String
    private let profile: String
    /// Where screenshots go; nil: nowhere.
    private let shots = ProcessInfo.processInfo.environment["MANDATE_SHOTS"]

    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a browser for as long as the work takes. `isDark`: as a person prefers it; `width` of the window.
    static func with(width: Int = 1280, isDark: Bool = false, _ body: (WebDriver) async throws -> Void) async throws {
        let driver = try await WebDriver(width: width, isDark: isDark)
        let result: Result<Void, any Error>
        do { result = .success(try await body(driver)) } catch { result = .failure(error) }
        await driver.stop()
        try result.get()
    }

    private init(width: Int, isDark: Bool) async throws {
        let port = try FreePorts.take()
        profile = FileManager.default.temporaryDirectory.appending(path: Live.system().identifier("mandate-browser")).path
        let log = try ProgramPipe()
        program = try Program([Self.driver, "--port=\(port)"], Program.Streams(output: log.writing.fileDescriptor))
        output = try log.pieces()
        for await piece in output where piece.contains("started successfully") { break }
        client = WebClient(port: port)
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking",
            "--user-data-dir=\(profile)", "--window-size=\(width),1000", "--force-device-scale-factor=1",
        ]
        if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
        let wanted: [String: Any] = [
            "capabilities": [
                "alwaysMatch": [
                    "browserName": "chrome", "acceptInsecureCerts": true, "goog:loggingPrefs": ["browser": "ALL"],
                    "goog:chromeOptions": ["binary": Self.chromium, "args": arguments],
                ]
            ]
        ]
        let answer = try await client.send("POST", "/session", json: Self.text(wanted))
        guard let value = answer["value"] as? [String: Any], let id = value["sessionId"] as? String else {
            throw Trouble(description: "no session: \(answer.text)")
        }
        session = id
    }

    private func stop() async {
        _ = try? await client.send("DELETE", "/session/\(session)")  // it goes with its program in any case
        program.signal(SIGTERM)
        _ = await program.end()
        try? FileManager.default.removeItem(atPath: profile)  // a temporary folder
    }

    private static func text(_ value: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
    }

    private func call(_ path: String, _ value: [String: Any] = [:]) async throws -> Any? {
        let answer = try await client.send("POST", "/session/\(session)\(path)", json: Self.text(value))
        guard answer.status == 200 else { throw Trouble(description: "\(path) \(value): \(answer.text.prefix(300))") }
        return answer["value"]
    }

    private func look(_ path: String) async throws -> Any? {
        let answer = try await client.get("/session/\(session)\(path)")
        guard answer.status == 200 else { throw Trouble(description: "\(path): \(answer.text.prefix(600))") }
        return answer["value"]
    }

    func open(_ address: String) async throws { _ = try await call("/url", ["url": address]) }

    var address: String { get async throws { try await look("/url") as? String ?? "" } }
    var title: String { get async throws { try await look("/title") as? String ?? "" } }

    /// All that can be read on the page; by a script, since between finding an element and reading it another page may have come.
    var text: String { get async throws { try await run("return document.body ? document.body.innerText : ''") as? String ?? "" } }

    /// The first element of a CSS selector; waited for, five seconds.
    func find(_ selector: String) async throws -> String {
        for _ in 0..<100 {
            if let found = try await all(selector).first { return found }
            await Live.system().wait(0.05)
        }
        throw Trouble(description: "there is no \(selector) at \(try await address)")
    }

    func all(_ selector: String) async throws -> [String] {
        let found = try await call("/elements", ["using": "css selector", "value": selector]) as? [[String: Any]] ?? []
        return found.compactMap { $0[Self.element] as? String }
    }

    func read(_ selector: String) async throws -> String { try await look("/element/\(try await find(selector))/text") as? String ?? "" }

    func type(_ text: String, into selector: String) async throws {
        let element = try await find(selector)
        _ = try await call("/element/\(element)/clear")
        _ = try await call("/element/\(element)/value", ["text": text])
    }

    func click(_ selector: String) async throws { _ = try await call("/element/\(try await find(selector))/click") }

    /// A link or a button by what stands on it.
    func press(_ words: String, within selector: String = "main") async throws {
        let path = "\(selector) a, \(selector) button"
        for _ in 0..<100 {
            // An element that is gone meanwhile belonged to the page before.
            if (try? await pressOnce(words, path)) == true { return }
            await Live.system().wait(0.05)
        }
        throw Trouble(description: "nothing says \(words) at \(try await address): \(try await text.prefix(800))")
    }

    private func pressOnce(_ words: String, _ path: String) async throws -> Bool {
        for element in try await all(path) where try await look("/element/\(element)/text") as? String == words {
            _ = try await call("/element/\(element)/click")
            return true
        }
        return false
    }

    func choose(file path: String, in selector: String) async throws {
        _ = try await call("/element/\(try await find(selector))/value", ["text": path])
    }

    func choose(_ value: String, in selector: String) async throws {
        try await click("\(selector) option[value=\"\(value)\"]")
    }

    @discardableResult
    func run(_ script: String) async throws -> Any? { try await call("/execute/sync", ["script": script, "args": []]) }

    /// Until the page says so, ten seconds at most.
    func shows(_ words: String) async throws {
        for _ in 0..<200 {
            if try await text.contains(words) { return }
            await Live.system().wait(0.05)
        }
        throw Trouble(description: "\(try await address) never said \"\(words)\": \(try await text.prefix(1500))")
    }

    /// What the browser complained of: a refused script, a missing file, an error.
    var complaints: [String] {
        get async throws {
            let entries = try await call("/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
            return entries.filter { ["SEVERE", "WARNING"].contains($0["level"] as? String) }.compactMap { $0["message"] as? String }
        }
    }

    /// Kept where MANDATE_SHOTS says, the whole page.
    func shoot(_ name: String) async throws {
        guard let shots else { return }
        let size =
            try await run("return [document.documentElement.scrollWidth, Math.min(6000, document.documentElement.scrollHeight)]") as? [Int]
            ?? [1280, 1000]
        let answer = try await call(
            "/goog/cdp/execute",
            [
                "cmd": "Page.captureScreenshot",
                "params": ["captureBeyondViewport": true, "clip": ["x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1]],
            ])
        guard let data = (answer as? [String: Any])?["data"] as? String, let bytes = Data(base64Encoded: data) else { return }
        try FileManager.default.createDirectory(atPath: shots, withIntermediateDirectories: true)
        try bytes.write(to: URL(filePath: "\(shots)/\(name).png"))
    }
}
