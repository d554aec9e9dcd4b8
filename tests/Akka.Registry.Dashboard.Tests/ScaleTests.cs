using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>A registry of any size costs the page what it shows.</summary>
[Collection(StageCollection.Name)]
public sealed class ScaleTests(Stage stage, ITestOutputHelper output)
{
    private const int Instances = 100_000;

    /// <summary>Longer than this and a page is said to hang; slack for a loaded machine is in it.</summary>
    private const double FrozenMilliseconds = 1_000;

    [BrowserFact]
    public async Task A_hundred_thousand_instances_scroll_filter_and_stay_live()
    {
        using var large = await TestCluster.StartAsync(1);
        await Parallel.ForEachAsync(Enumerable.Range(0, Instances), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await large[1].Api.RegisterAsync("huge", $"i-{i:000000}", "30m", ""","zone":"zone-a","tags":["blue"]"""));
        await using var window = await stage.OpenAtAsync(large[1].Api.Url, "#/services/huge");
        var page = window.Page;
        var clock = Stopwatch.StartNew();
        await Assertions.Expect(page.Locator("#instances-count")).ToHaveTextAsync("100,000", new() { Timeout = 120_000 });
        output.WriteLine($"all read after {clock.Elapsed.TotalSeconds:0.0} s");
        (await page.Locator("#instances [role=option]").CountAsync()).ShouldBeLessThan(60, "only what is in sight exists");

        var frames = await page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const list = document.getElementById('instances');
              const gaps = [];
              let last = performance.now(), empty = 0;
              for (let i = 0; i < 120; i++) {
                list.scrollTop = (list.scrollHeight - list.clientHeight) * (i / 119);
                await new Promise(requestAnimationFrame);
                await new Promise(requestAnimationFrame);
                const now = performance.now();
                gaps.push(now - last);
                last = now;
                const box = list.getBoundingClientRect();
                if (!document.elementFromPoint(box.left + 40, box.top + box.height / 2)?.closest('[role=option]')) empty++;
              }
              gaps.sort((a, b) => a - b);
              return { median: gaps[60], worst: gaps[119], empty };
            }
            """);
        output.WriteLine($"scrolling: {frames}");
        frames.GetProperty("empty").GetInt32().ShouldBe(0, "rows are there when the list stands still");
        frames.GetProperty("worst").GetDouble().ShouldBeLessThan(FrozenMilliseconds);
        await Assertions.Expect(window.Row("instances", "i-099999")).ToHaveCountAsync(1);

        clock.Restart();
        await page.FillAsync("#search", "i-054321");
        await Assertions.Expect(page.Locator("#instances [role=option]")).ToHaveCountAsync(1);
        output.WriteLine($"found by filter after {clock.ElapsedMilliseconds} ms");

        clock.Restart();
        await large[1].Api.DeregisterAsync("huge", "i-054321");
        await Assertions.Expect(page.Locator("#instances [role=option]")).ToHaveCountAsync(0);
        output.WriteLine($"gone after {clock.ElapsedMilliseconds} ms");
        await page.FillAsync("#search", "");
        await Assertions.Expect(page.Locator("#instances-count")).ToHaveTextAsync("99,999");
        await window.PictureAsync("hundred-thousand");
        window.HasNoError();
    }
}
