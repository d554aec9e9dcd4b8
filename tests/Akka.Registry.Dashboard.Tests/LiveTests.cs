using System.Net;
using System.Text.RegularExpressions;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>What the page shows follows the registry without being reloaded.</summary>
[Collection(StageCollection.Name)]
public sealed class LiveTests(Stage stage)
{
    private static readonly Regex Digit = new("^[0-9]", RegexOptions.None, TimeSpan.FromSeconds(1));
    private static readonly Regex Lag = new("^All 2 equal, p99 lag (?:below )?[0-9.]+m?s, state ", RegexOptions.None, TimeSpan.FromSeconds(1));
    private const string More = ""","zone":"zone-a","version":"1.4.0","tags":["blue","canary"],"metadata":{"team":"shop"}""";

    [BrowserFact]
    public async Task It_loads_with_members_and_how_equal_they_are()
    {
        await using var window = await stage.OpenAsync();

        // A node that was killed by another test stays listed for a while, as down.
        await Assertions.Expect(window.Page.Locator("#members .tag.up")).ToHaveCountAsync(2, new() { Timeout = 15_000 });
        await Assertions.Expect(window.Page.Locator("#convergence")).ToContainTextAsync("All 2 equal", new() { Timeout = 15_000 });
        await Assertions.Expect(window.Page.Locator("#state")).ToContainTextAsync("ready");
        await Assertions.Expect(window.Page.Locator("#charts figure")).ToHaveCountAsync(5);
        await Assertions.Expect(window.Page.Locator("#charts figure[data-chart=beats] .now")).ToHaveTextAsync(Digit);
        await Assertions.Expect(window.Page.Locator("#governor")).ToHaveTextAsync("Governor: holds nothing");
        window.HasNoError();
    }

    [BrowserFact]
    public async Task How_long_a_write_takes_to_be_confirmed_is_shown_beside_the_equality_and_as_a_line()
    {
        await using var window = await stage.OpenAsync();
        for (var i = 0; i < 3; i++)
            await stage.Cluster[1].Api.RegisterAsync("lagging", $"lagging-{i}", "10m");
        await Assertions.Expect(window.Page.Locator("#charts figure[data-chart=delay] .now")).ToHaveTextAsync(Digit, new() { Timeout = 15_000 });
        await Assertions.Expect(window.Page.Locator("#convergence"))
            .ToHaveTextAsync(Lag, new() { Timeout = 15_000 });
        window.HasNoError();
    }

    [BrowserFact]
    public async Task What_the_governor_holds_is_shown_with_its_reason()
    {
        // A cluster of its own: what falls silent here is to disturb nobody.
        using var cluster = await TestCluster.StartAsync(1);
        await using var window = await stage.OpenAtAsync(cluster[1].Api.Url);
        for (var i = 0; i < 30; i++)
            await cluster[1].Api.RegisterAsync("silent", $"silent-{i:00}", "2s");
        await Assertions.Expect(window.Page.Locator("#held li")).ToContainTextAsync("silent", new() { Timeout = 30_000 });
        await Assertions.Expect(window.Page.Locator("#governor")).ToContainTextAsync("whose silence it doubts");
        await window.PictureAsync("governor");
        window.HasNoError();
    }

    [BrowserFact]
    public async Task What_is_registered_at_another_node_appears_and_what_is_removed_goes()
    {
        await using var window = await stage.OpenAsync("#/services/live");
        await stage.Cluster[2].Api.RegisterAsync("live", "live-1", "10m", More);

        await Assertions.Expect(window.Row("services", "live")).ToHaveCountAsync(1);
        await Assertions.Expect(window.Row("instances", "live-1")).ToContainTextAsync("passing");
        await Assertions.Expect(window.Page.Locator("#changes li").First).ToContainTextAsync("live / live-1");

        await stage.Cluster[2].Api.SendAsync(HttpMethod.Put, NodeApi.PathOf("live", "live-1") + "/status", """{"status":"warning"}""");
        await Assertions.Expect(window.Row("instances", "live-1")).ToContainTextAsync("warning");

        await stage.Cluster[2].Api.DeregisterAsync("live", "live-1");
        await Assertions.Expect(window.Row("instances", "live-1")).ToHaveCountAsync(0);
        await Assertions.Expect(window.Page.Locator("#instances-note")).ToHaveTextAsync("This service has no instance now.");
        await Assertions.Expect(window.Page.Locator("#changes li").First).ToContainTextAsync("removed");
        window.HasNoError();
    }

    [BrowserFact]
    public async Task Filters_find_by_name_status_tag_and_metadata()
    {
        await stage.Cluster[1].Api.RegisterAsync("filter-a", "a-1", "10m", More);
        await stage.Cluster[1].Api.RegisterAsync("filter-a", "a-2", "10m", ""","status":"warning" """);
        await stage.Cluster[1].Api.RegisterAsync("filter-b", "b-1", "10m");
        await using var window = await stage.OpenAsync("#/services/filter-a");
        var page = window.Page;

        await page.FillAsync("#filter", "FILTER-");
        await Assertions.Expect(page.Locator("#services [role=option]")).ToHaveCountAsync(2);
        await page.SelectOptionAsync("#having", "warning");
        await Assertions.Expect(page.Locator("#services [role=option]")).ToHaveCountAsync(1);
        await page.FillAsync("#filter", "no such name");
        await Assertions.Expect(page.Locator("#services-note")).ToContainTextAsync("None of the");

        await Assertions.Expect(page.Locator("#instances [role=option]")).ToHaveCountAsync(2);
        await page.FillAsync("#search", "team=shop");
        await Assertions.Expect(page.Locator("#instances [role=option]")).ToHaveCountAsync(1);
        await Assertions.Expect(window.Row("instances", "a-1")).ToHaveCountAsync(1);
        await page.FillAsync("#search", "");
        await page.SelectOptionAsync("#status", "warning");
        await Assertions.Expect(window.Row("instances", "a-1")).ToHaveCountAsync(0);
        await Assertions.Expect(window.Row("instances", "a-2")).ToHaveCountAsync(1);
        window.HasNoError();
    }

    [BrowserFact]
    public async Task An_instance_is_explained_and_its_flaps_are_kept()
    {
        await stage.Cluster[2].Api.RegisterAsync("explained", "x-1", "10m", More);
        await using var window = await stage.OpenAsync("#/services/explained");
        var page = window.Page;
        await window.Row("instances", "x-1").ClickAsync();

        await Assertions.Expect(page.Locator("#detail-title")).ToHaveTextAsync("x-1");
        await Assertions.Expect(page.Locator("#nodes li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#nodes")).ToContainTextAsync("owns the lease");
        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync("team=shop");
        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync(stage.Cluster[2].Name);
        await Assertions.Expect(page.Locator("#history li")).ToHaveCountAsync(0);

        foreach (var status in (string[])["warning", "passing", "critical"])
        {
            await stage.Cluster[2].Api.SendAsync(HttpMethod.Put, NodeApi.PathOf("explained", "x-1") + "/status", $$"""{"status":"{{status}}"}""");
            await Assertions.Expect(page.Locator("#history li").First).ToContainTextAsync(status);
        }

        await Assertions.Expect(page.Locator("#history li")).ToHaveCountAsync(3);
        window.HasNoError();
    }

    [BrowserFact]
    public async Task Beats_changes_and_lookups_become_numbers_and_lines()
    {
        await using var window = await stage.OpenAsync();
        var page = window.Page;
        ILocator Now(string chart) => page.Locator($"#charts figure[data-chart={chart}] .now");
        await Assertions.Expect(Now("beats")).ToHaveTextAsync("0");

        // A number stands for one poll: every one that was ever above zero is noted.
        await page.EvaluateAsync(
            """
            () => {
              const seen = new Set();
              new MutationObserver(() => {
                for (const figure of document.querySelectorAll('#charts figure'))
                  if (parseFloat(figure.querySelector('.now').textContent) > 0) seen.add(figure.dataset.chart);
                document.body.dataset.seen = ['beats', 'changes', 'lookups'].filter(name => seen.has(name)).join(' ');
              }).observe(document.getElementById('charts'), { subtree: true, childList: true, characterData: true });
            }
            """);
        await stage.Cluster[1].Api.RegisterAsync("charted", "c-1", "10m");
        for (var i = 0; i < 40; i++)
        {
            await stage.Cluster[1].Api.BeatAsync("charted", "c-1");
            await stage.Cluster[1].Api.RouteeIdsAsync("charted");
        }

        await Assertions.Expect(page.Locator("body")).ToHaveAttributeAsync("data-seen", "beats changes lookups", new() { Timeout = 15_000 });
        await Assertions.Expect(Now("beats")).ToHaveTextAsync("0");
        var green = await page.EvaluateAsync<int>(
            """
            () => {
              const canvas = document.querySelector('[data-chart=beats] canvas');
              const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              let green = 0;
              for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 200 && pixels[i + 1] - pixels[i] > 60) green++;
              return green;
            }
            """);
        green.ShouldBeGreaterThan(20, "a line is drawn");
        await window.PictureAsync("charts");
        window.HasNoError();
    }

    [BrowserFact]
    public async Task It_comes_back_when_its_node_does_and_goes_on()
    {
        await stage.Cluster[2].Api.RegisterAsync("returning", "r-1", "10m");
        await using var window = await stage.OpenAsync("#/services/returning");
        await Assertions.Expect(window.Row("instances", "r-1")).ToHaveCountAsync(1);

        stage.Cluster[1].Kill();
        await Assertions.Expect(window.Page.Locator("#state")).ToContainTextAsync("does not answer", new() { Timeout = 20_000 });
        await stage.Cluster[2].Api.RegisterAsync("returning", "r-2", "10m");
        stage.Cluster[1].Restart();
        await stage.Cluster[1].ReadyAsync(TimeSpan.FromSeconds(60));

        await Assertions.Expect(window.Page.Locator("#stream")).ToHaveTextAsync("live", new() { Timeout = 20_000 });
        await Assertions.Expect(window.Row("instances", "r-2")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        await stage.Cluster[2].Api.DeregisterAsync("returning", "r-1");
        await Assertions.Expect(window.Row("instances", "r-1")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
        await Assertions.Expect(window.Page.Locator("#state")).Not.ToContainTextAsync("does not answer");
        window.HasNoError(error => Window.IsOfTheNetwork(error) || error.Contains("503", StringComparison.Ordinal));
        (await stage.Cluster[1].Api.StatusOfAsync("/readyz")).ShouldBe(HttpStatusCode.OK);
    }
}
