namespace Akka.Registry.Dashboard.Tests;

/// <summary>What an operator does to an instance by the page.</summary>
[Collection(StageCollection.Name)]
public sealed class ActionTests(Stage stage)
{
    [BrowserFact]
    public async Task Out_of_service_asks_first_and_back_takes_it_back()
    {
        await stage.Cluster[1].Api.RegisterAsync("acted", "i-1", "10m");
        await using var window = await stage.OpenAsync("#/services/acted/i-1");
        var page = window.Page;

        await page.ClickAsync("[data-action=out]");
        await Assertions.Expect(page.Locator("#confirm")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#confirm-title")).ToContainTextAsync("acted / i-1");
        await window.PictureAsync("confirm");
        await page.ClickAsync("#confirm-no");
        await Assertions.Expect(page.Locator("#confirm")).ToBeHiddenAsync();
        (await stage.Cluster[1].Api.InstanceStatusAsync("acted", "i-1")).ShouldBe("passing", "cancelled is not done");

        await ConfirmAsync(page, "out");
        await Assertions.Expect(window.Row("instances", "i-1")).ToContainTextAsync("out-of-service");
        await Assertions.Expect(page.Locator("#detail-said")).ToContainTextAsync("done");
        (await stage.Cluster[1].Api.InstanceStatusAsync("acted", "i-1")).ShouldBe("out-of-service");

        await ConfirmAsync(page, "back");
        await Assertions.Expect(window.Row("instances", "i-1")).ToContainTextAsync("passing");
        (await stage.Cluster[1].Api.InstanceStatusAsync("acted", "i-1")).ShouldBe("passing");
        window.HasNoError();
    }

    [BrowserFact]
    public async Task Drain_and_deregister_are_done_after_they_are_confirmed()
    {
        await stage.Cluster[1].Api.RegisterAsync("ended", "i-1", "10m");
        await using var window = await stage.OpenAsync("#/services/ended/i-1");
        var page = window.Page;

        await ConfirmAsync(page, "drain");
        await Assertions.Expect(window.Row("instances", "i-1")).ToContainTextAsync("draining");
        await Assertions.Expect(page.Locator("#detail-said")).ToContainTextAsync("done", new() { Timeout = 20_000 });

        await ConfirmAsync(page, "deregister");
        await Assertions.Expect(window.Row("instances", "i-1")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#detail-note")).ToContainTextAsync("not registered");
        (await stage.Cluster[1].Api.InstanceStatusAsync("ended", "i-1")).ShouldBeNull();
        window.HasNoError();
    }

    [BrowserFact]
    public async Task A_token_goes_with_every_request_until_it_is_forgotten()
    {
        await using var window = await stage.OpenAsync();
        var page = window.Page;
        await page.ClickAsync("#token-open");
        await page.FillAsync("#token-value", "s3cret");
        var watched = await page.RunAndWaitForRequestAsync(
            () => page.ClickAsync("#token-keep"), request => request.Url.Contains("/api/v1/watch?", StringComparison.Ordinal));
        (await watched.AllHeadersAsync())["authorization"].ShouldBe("Bearer s3cret", "the stream is opened anew with it");
        var listed = await page.RunAndWaitForRequestAsync(
            () => stage.Cluster[1].Api.RegisterAsync("token", "t-1", "10m"), Asks("/api/v1/services"));
        (await listed.AllHeadersAsync())["authorization"].ShouldBe("Bearer s3cret");

        await page.ClickAsync("#token-open");
        var after = await page.RunAndWaitForRequestAsync(() => page.ClickAsync("#token-clear"), Asks("/api/v1/cluster"));
        (await after.AllHeadersAsync()).ShouldNotContainKey("authorization");
        window.HasNoError();
    }

    private static Func<IRequest, bool> Asks(string path) => request => request.Url.EndsWith(path, StringComparison.Ordinal);

    private static async Task ConfirmAsync(IPage page, string action)
    {
        await page.ClickAsync($"[data-action={action}]");
        await page.ClickAsync("#confirm-yes");
    }
}
