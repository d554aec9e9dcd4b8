namespace Akka.Registry.Dashboard.Tests;

/// <summary>Two nodes and one browser, for all tests.</summary>
public sealed class Stage : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Path is not { } chromium)
            return;
        Cluster = await TestCluster.StartAsync(2);
        _playwright = await Playwright.CreateAsync();
        // A container's root may not use the browser's own sandbox; all that it loads is this project's page.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
    }

    /// <summary>Opens a node's dashboard in a window of its own.</summary>
    /// <param name="hash">What is chosen: <c>#/services/orders</c>.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="node">Which node, from 1.</param>
    internal Task<Window> OpenAsync(
        string hash = "", int width = 1440, int height = 1000, ColorScheme scheme = ColorScheme.Light, int node = 1) =>
        OpenAtAsync(Cluster[node].Api.Url, hash, width, height, scheme);

    /// <summary>Opens the dashboard of any node.</summary>
    internal async Task<Window> OpenAtAsync(
        Uri url, string hash = "", int width = 1440, int height = 1000, ColorScheme scheme = ColorScheme.Light, bool isLetIn = true)
    {
        var context = await _browser!.NewContextAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var window = new Window(context, await context.NewPageAsync());
        await window.Page.GotoAsync($"{url}{hash}");
        if (isLetIn)
            await Assertions.Expect(window.Page.Locator("#stream")).ToHaveTextAsync("live", new() { Timeout = 20_000 });
        return window;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Cluster?.Dispose();
    }
}

/// <summary>All tests share the nodes; each has services of its own.</summary>
[CollectionDefinition(Name)]
public sealed class StageCollection : ICollectionFixture<Stage>
{
    public const string Name = "stage";
}
