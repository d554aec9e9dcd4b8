using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>A node that asks for a token, and the page that is given one.</summary>
[Collection(StageCollection.Name)]
public sealed class TokenTests(Stage stage) : IDisposable
{
    private const string Reader = "a-token-of-the-readers-of-shop";
    private const string Operator = "a-token-of-those-who-operate-it";

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"akreg-{Guid.NewGuid():n}.tokens");

    public void Dispose() => File.Delete(_file);

    [BrowserFact]
    public async Task A_node_that_asks_for_a_token_gets_it_from_the_page()
    {
        await File.WriteAllTextAsync(_file, $"{Line("reader", Reader, "read:shop*")}\n{Line("ops", Operator, "operator:*")}\n");
        var (http, port) = (LoopbackPort.Hold(), LoopbackPort.Hold());
        using var node = NodeProcess.Start(NodeSite.Local("guarded", http, port), $"127.0.0.1:{port}", $"--security.tokens-file={_file}");
        await node.ReadyAsync(TimeSpan.FromSeconds(30));
        await RegisterAsync(node.Api.Url, "shop");
        await RegisterAsync(node.Api.Url, "vault");
        await using var window = await stage.OpenAtAsync(node.Api.Url, "#/services/shop/i-1", isLetIn: false);
        var page = window.Page;

        await Assertions.Expect(page.Locator("#token")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#token-note")).ToContainTextAsync("asks for a token");
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("node asks for a token");
        await window.PictureAsync("token");

        await GiveAsync(page, "a-token-that-is-nobodys");
        await Assertions.Expect(page.Locator("#token-note")).ToContainTextAsync("none that this node knows");

        await GiveAsync(page, Reader);
        await Assertions.Expect(page.Locator("#token")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#stream")).ToHaveTextAsync("live", new() { Timeout = 20_000 });
        await Assertions.Expect(window.Row("services", "shop")).ToHaveCountAsync(1);
        await Assertions.Expect(window.Row("services", "vault")).ToHaveCountAsync(0);
        await RegisterAsync(node.Api.Url, "shop", "i-2");
        await Assertions.Expect(window.Row("instances", "i-2")).ToHaveCountAsync(1);

        await page.ClickAsync("[data-action=out]");
        await page.ClickAsync("#confirm-yes");
        await Assertions.Expect(page.Locator("#detail-said")).ToContainTextAsync("no right 'operator:shop'");

        await page.ClickAsync("#token-open");
        await GiveAsync(page, Operator);
        await Assertions.Expect(window.Row("services", "vault")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        await page.ClickAsync("[data-action=out]");
        await page.ClickAsync("#confirm-yes");
        await Assertions.Expect(page.Locator("#detail-said")).ToContainTextAsync("done");

        (await page.EvaluateAsync<int>("localStorage.length + document.cookie.length")).ShouldBe(0, "the token lives as long as the tab");
        window.HasNoError(error => error.Contains("401", StringComparison.Ordinal) || error.Contains("403", StringComparison.Ordinal));
    }

    private static async Task GiveAsync(IPage page, string token)
    {
        await page.FillAsync("#token-value", token);
        await page.ClickAsync("#token-keep");
    }

    private static async Task RegisterAsync(Uri url, string service, string id = "i-1")
    {
        using var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Operator);
        var body = new StringContent(NodeApi.Body("10m"), Encoding.UTF8, "application/json");
        (await client.PutAsync(NodeApi.PathOf(service, id), body)).EnsureSuccessStatusCode();
    }

    /// <summary>A line as its documentation has it: salt and SHA-256 of both, in base64url.</summary>
    private static string Line(string name, string token, string rule)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(token)]);
        return $"{name} sha256:{Base64Url.EncodeToString(salt)}:{Base64Url.EncodeToString(hash)} {rule}";
    }
}
