namespace Akka.Registry.Dashboard.Tests;

/// <summary>A test that looks through the installed Chromium; where there is none it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>Why it is skipped.</summary>
    internal const string Reason = "There is no Chromium; install chromium.";
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public BrowserFactAttribute()
    {
        if (Path is null)
            Skip = Reason;
    }

    /// <summary>The browser; null where there is none.</summary>
    public static string? Path { get; } = Places.FirstOrDefault(File.Exists);
}
