using System.Text.Json;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>What axe-core, Deque's engine of accessibility rules, says of each view.</summary>
[Collection(StageCollection.Name)]
public sealed class AccessibilityTests(Stage stage)
{
    private const string Run = """
        async () => {
          const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
          return { passes: passes.length, violations: violations.map(each =>
            `${each.impact} ${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`) };
        }
        """;

    [AxeFact]
    public async Task No_rule_is_broken_in_light_or_dark_wide_or_narrow_with_a_dialog_open_or_none()
    {
        await stage.Cluster[1].Api.RegisterAsync("heard", "heard-1", "10m", ""","status":"warning","tags":["blue"],"metadata":{"team":"shop"}""");
        foreach (var (scheme, width) in ((ColorScheme, int)[])
            [(ColorScheme.Light, 1440), (ColorScheme.Dark, 1440), (ColorScheme.Light, 400), (ColorScheme.Dark, 400)])
        {
            await using var window = await stage.OpenAsync("#/services/heard/heard-1", width, scheme: scheme);
            await Assertions.Expect(window.Page.Locator("#nodes li")).ToHaveCountAsync(2);
            await CheckAsync(window, $"{scheme} at {width}");
            await window.Page.ClickAsync("[data-action=out]");
            await Assertions.Expect(window.Page.Locator("#confirm")).ToBeVisibleAsync();
            await CheckAsync(window, $"{scheme} at {width}, a dialog open");
            await window.Page.ClickAsync("#confirm-no");
        }
    }

    private static async Task CheckAsync(Window window, string view)
    {
        if (!await window.Page.EvaluateAsync<bool>("() => 'axe' in window"))
            await window.Page.EvaluateAsync(await File.ReadAllTextAsync(AxeFactAttribute.Script!));
        var found = await window.Page.EvaluateAsync<JsonElement>(Run);
        found.GetProperty("passes").GetInt32().ShouldBeGreaterThan(15, "it has looked");
        found.GetProperty("violations").EnumerateArray().Select(each => each.GetString()).ShouldBeEmpty(view);
    }
}

/// <summary>As <see cref="BrowserFactAttribute"/>, where npm has installed axe-core as well.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AxeFactAttribute : FactAttribute
{
    private const string Reason = "axe-core is not there; run npm ci in tests/Clients.";

    public AxeFactAttribute()
    {
        if (BrowserFactAttribute.Path is null)
            Skip = BrowserFactAttribute.Reason;
        else if (Script is null)
            Skip = Reason;
    }

    /// <summary>The engine; null where it is not installed.</summary>
    public static string? Script { get; } = Find();

    private static string? Find()
    {
        var path = Path.Combine(SourceRoot.Path, "tests/Clients/node_modules/axe-core/axe.min.js");
        return File.Exists(path) ? path : null;
    }
}
