using System.Collections.Concurrent;

namespace Akka.Registry.Dashboard.Tests;

/// <summary>One window of the browser, and what its console said.</summary>
internal sealed class Window : IAsyncDisposable
{
    private static readonly string Pictures = Path.Combine(AppContext.BaseDirectory, "screenshots");
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly IBrowserContext _context;

    public Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _errors.Enqueue($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Enqueue($"uncaught: {error}");
    }

    public IPage Page { get; }

    /// <summary>What the browser itself says when a node is not there.</summary>
    public static bool IsOfTheNetwork(string error) => error.Contains("net::ERR_", StringComparison.Ordinal);

    /// <summary>The console has no error and no warning but those that the test expects.</summary>
    public void HasNoError(Func<string, bool>? expected = null) =>
        _errors.Where(error => expected?.Invoke(error) != true).ShouldBeEmpty();

    /// <summary>Keeps a picture of the whole page in the output folder's <c>screenshots</c>.</summary>
    public Task PictureAsync(string name) =>
        Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), FullPage = true });

    public ILocator Row(string list, string text) => Page.Locator($"#{list} [role=option]").Filter(new() { HasText = text });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
