using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests;

/// <summary>What applications compile against changes when somebody means it to, and is seen in a review when it does.</summary>
public class PublicApiTests
{
    private const string Rewrite = "AKREG_WRITE_PUBLIC_API";

    [Fact]
    public void The_public_surface_is_what_the_file_says()
    {
        var path = Path.Combine(Root(), "tests", "Akka.Registry.Client.Tests", "PublicApi.txt");
        var text = PublicApiText.Of(typeof(RegistryClient).Assembly);
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(path, text);
        var (known, now) = (File.ReadAllLines(path), text.TrimEnd('\n').Split('\n'));
        var changes = known.Except(now).Select(line => $"- {line.Trim()}").Concat(now.Except(known).Select(line => $"+ {line.Trim()}")).ToList();
        text.ShouldBe(
            File.ReadAllText(path),
            $"The client's public surface has changed. Where that is meant, {Rewrite}=1 with this test writes PublicApi.txt anew:\n"
            + $"{string.Join('\n', changes)}");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Akka.Registry.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No solution above {AppContext.BaseDirectory}.");
    }
}
