import Foundation
import Relay
import Sandbox
import TestSupport
import Testing
import Monitoring

@testable import Main

extension WebPeers {
    /// The console in Chromium.
    @Suite(.enabled(if: WebDriver.isInstalled)) struct ConsoleTests {
        @Test(.timeLimit(.minutes(20))) func theFirstDayOfAnAdministrator() async throws {
            let port = try FreePorts.take()
            try await WebHouse.with(["http.port=\(port)"], publicURL: "http://localhost:\(port)") { house in
                try await WebDriver.with { browser in
                    try await ConsoleJourney(browser: browser, house: house, home: "http://localhost:\(port)").walk()
                }
            }
        }

        /// The same below a path, with TLS, behind a reverse proxy that leaves the path as it is, and one that takes it off.
        @Test(.enabled(if: ReverseProxy.isInstalled), .timeLimit(.minutes(20)), arguments: [true, false])
        func theSameBehindAReverseProxy(_ keepsPath: Bool) async throws {
            let ports = try FreePorts.take(2)
            let home = "https://localhost:\(ports[0])/instance"
            try await WebHouse.with(["http.port=\(ports[1])", "http.proxies=127.0.0.1"], publicURL: home) { house in
                let proxy = try await ReverseProxy(port: ports[0], to: ports[1], path: "/instance", keepsPath: keepsPath)
                let result: Result<Void, any Error>
                do {
                    result = .success(
                        try await WebDriver.with { browser in try await ConsoleJourney(browser: browser, house: house, home: home).walk() })
                } catch { result = .failure(error) }
                await proxy.stop()
                try result.get()
            }
        }

        /// Every page in light, dark and narrow: whole, without a complaint of the browser, and none wider than its window. MANDATE_SHOTS keeps pictures.
        @Test(.timeLimit(.minutes(20)), arguments: [("light", 1280, false), ("dark", 1280, true), ("narrow", 390, false)])
        func everyPageFits(_ look: (name: String, width: Int, isDark: Bool)) async throws {
            try await WebHouse.with { house in
                for number in 0..<12 { _ = try await house.premises.accept(number) }
                _ = await house.premises.sandbox.messages(atLeast: 12)
                try await WebDriver.with(width: look.width, isDark: look.isDark) { browser in
                    let home = "http://127.0.0.1:\(house.port)"
                    try await browser.open("\(home)/login")
                    try await browser.shoot("\(look.name)-login")
                    try await ConsoleJourney(browser: browser, house: house, home: home).logIn()
                    for page in ConsoleJourney.pages {
                        try await browser.open(home + page)
                        let name = page.split { !$0.isLetter }.joined(separator: "-")
                        try await browser.shoot("\(look.name)-\(name.isEmpty ? "overview" : String(name.prefix(40)))")
                        let width =
                            try await browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                            as? Int ?? 0
                        #expect(width <= 1, "\(page) is \(width) wider than its window of \(look.width)")
                        #expect(try await browser.all("main h1").count == 1, "\(page)")
                        // A drawing is seen whole: nothing of it is scrolled out of sight.
                        let cut =
                            try await browser.run(
                                "return [...document.querySelectorAll('.drawing > svg')].filter(s => s.getBoundingClientRect().right > innerWidth).length"
                            )
                            as? Int
                        #expect(cut == 0, "\(page)")
                    }
                    let complaints = try await browser.complaints.filter { !$0.contains("/nothing") && !$0.contains("/login - ") }
                    #expect(complaints.isEmpty, "\(complaints)")
                }
            }
        }

        /// Reading and acting work in a browser that runs no script: what a form does is the server's.
        @Test(.timeLimit(.minutes(20))) func everythingWorksWithoutScript() async throws {
            try await WebHouse.with { house in
                let person = try await ConsolePerson.logIn(to: house)
                for page in ConsoleJourney.pages where page != "/nothing" {
                    let answer = try await person.client.get(page)
                    #expect(answer.status == 200, "\(page): \(answer.status)")
                }
                #expect(try await person.client.get("/nothing").status == 404)
                let settings = try await person.client.get("/settings").text
                let form = try #require(settings.components(separatedBy: "action=\"/settings/organisation\"").dropFirst().first)
                let tag = try #require(form.firstMatch(of: /name="etag" value="([^"]+)"/)?.1).replacing("&quot;", with: "%22")
                let saved = try await person.post("/settings/organisation", "csrf=\(person.token)&value=Contoso&etag=\(tag)")
                #expect(saved.status == 303)
                #expect(try await house.directory().settings[SettingKey(.organisation)] == "Contoso")
            }
        }
    }
}
