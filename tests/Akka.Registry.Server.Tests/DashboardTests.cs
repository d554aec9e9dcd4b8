using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests;

public sealed class DashboardTests
{
    /// <summary>All of the page's own files; what others made comes with a licence and is not read here.</summary>
    private static readonly string[] Own =
    [
        "/", "/dashboard/dashboard.css", "/dashboard/panels.css", "/dashboard/api.js", "/dashboard/charts.js", "/dashboard/cluster.js",
        "/dashboard/dashboard.js", "/dashboard/detail.js", "/dashboard/feed.js", "/dashboard/instances.js", "/dashboard/lines.js",
        "/dashboard/render.js", "/dashboard/services.js", "/dashboard/virtual.js",
    ];

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/dashboard/dashboard.css", "text/css; charset=utf-8")]
    [InlineData("/dashboard/dashboard.js", "text/javascript; charset=utf-8")]
    [InlineData("/dashboard/render.js", "text/javascript; charset=utf-8")]
    [InlineData("/dashboard/uplot.js", "text/javascript; charset=utf-8")]
    [InlineData("/dashboard/uplot.license.txt", "text/plain; charset=utf-8")]
    [InlineData("/favicon.ico", "image/svg+xml")]
    public async Task Its_files_come_from_the_executable_alone(string path, string type)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync(path);
        var again = await door.SendAsync("GET", path, null, request => request.Headers.IfNoneMatch.Add(answer.Headers.ETag!));

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe(type);
        Encoding.UTF8.GetByteCount(answer.Body).ShouldBe((int)answer.ContentHeaders.ContentLength!.Value);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self'");
        again.Status.ShouldBe(304);
        again.Body.ShouldBe("");
    }

    [Fact]
    public async Task It_loads_nothing_from_elsewhere()
    {
        await using var door = await Door.OpenAsync();
        foreach (var path in Own)
        {
            var body = (await door.GetAsync(path)).Body;
            foreach (Match link in Regex.Matches(body, "https?://[a-z]+", RegexOptions.NonBacktracking))
                link.Value.ShouldBe("nowhere", path);
        }
    }

    [Fact]
    public async Task Every_file_that_the_page_names_is_there()
    {
        await using var door = await Door.OpenAsync();
        var page = (await door.GetAsync("/")).Body;
        var paths = Regex.Matches(page, "(?:href|src)=\"(?<path>/[^\"#]*)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)
            .Select(match => match.Groups["path"].Value).Distinct().ToArray();

        paths.Length.ShouldBeGreaterThan(4);
        foreach (var path in paths)
            (await door.GetAsync(path)).Status.ShouldBe(200, path);
    }

    [Fact]
    public async Task The_scripts_find_every_element_and_module_that_they_ask_for()
    {
        await using var door = await Door.OpenAsync();
        var page = (await door.GetAsync("/")).Body;
        foreach (var path in Own.Where(path => path.EndsWith(".js", StringComparison.Ordinal)))
        {
            var script = (await door.GetAsync(path)).Body;
            foreach (Match asked in Regex.Matches(
                script, @"at\('(?<id>[a-z-]+)'\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture))
                page.ShouldContain($"id=\"{asked.Groups["id"].Value}\"", customMessage: path);
            foreach (Match asked in Regex.Matches(
                script, @"from '\./(?<file>[a-z]+\.js)'", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture))
                Own.ShouldContain($"/dashboard/{asked.Groups["file"].Value}", path);
        }
    }
}
