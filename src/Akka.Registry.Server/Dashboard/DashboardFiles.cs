using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Akka.Registry.Server.Dashboard;

/// <summary>The dashboard's files, kept in the assembly: one executable is the whole server.</summary>
internal static class DashboardFiles
{
    // Everything comes from this server and nothing else may run, be loaded or be called.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Css = "text/css; charset=utf-8";
    private const string Script = "text/javascript; charset=utf-8";
    private const string Text = "text/plain; charset=utf-8";

    private static readonly FrozenDictionary<string, (string Resource, string ContentType)> Files = new Dictionary<string, (string, string)>
    {
        ["/"] = ("index.html", "text/html; charset=utf-8"),
        ["/dashboard/dashboard.css"] = ("dashboard.css", Css),
        ["/dashboard/panels.css"] = ("panels.css", Css),
        ["/dashboard/uplot.css"] = ("uplot.css", Css),
        ["/dashboard/api.js"] = ("api.js", Script),
        ["/dashboard/charts.js"] = ("charts.js", Script),
        ["/dashboard/cluster.js"] = ("cluster.js", Script),
        ["/dashboard/dashboard.js"] = ("dashboard.js", Script),
        ["/dashboard/detail.js"] = ("detail.js", Script),
        ["/dashboard/feed.js"] = ("feed.js", Script),
        ["/dashboard/instances.js"] = ("instances.js", Script),
        ["/dashboard/lines.js"] = ("lines.js", Script),
        ["/dashboard/render.js"] = ("render.js", Script),
        ["/dashboard/services.js"] = ("services.js", Script),
        ["/dashboard/uplot.js"] = ("uplot.js", Script),
        ["/dashboard/virtual.js"] = ("virtual.js", Script),
        ["/dashboard/uplot.license.txt"] = ("uplot.license.txt", Text),
        ["/favicon.ico"] = ("favicon.svg", "image/svg+xml"),
    }.ToFrozenDictionary();

    /// <summary>Maps every file.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, (resource, contentType)) in Files)
        {
            // A node's start does not wait for what most of them are never asked for.
            var file = new Lazy<(byte[] Bytes, string Tag)>(() => Load(resource));
            endpoints.MapMethods(path, ["GET", "HEAD"], (HttpContext context) => Send(context, file.Value.Bytes, contentType, file.Value.Tag))
                .ExcludeFromDescription();
        }
    }

    private static async Task Send(HttpContext context, byte[] bytes, string contentType, string tag)
    {
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static (byte[] Bytes, string Tag) Load(string resource)
    {
        using var stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream("dashboard/" + resource)
            ?? throw new InvalidOperationException($"The assembly lacks the dashboard's file {resource}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray();
        return (bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }
}
