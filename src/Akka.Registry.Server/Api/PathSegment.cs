using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Akka.Registry.Server.Api;

/// <summary>Decodes a path's segment that holds an encoded slash.</summary>
/// <remarks>
/// The server decodes everything in a path but <c>%2F</c>, so that of what it hands over nobody can tell whether <c>%2F</c> stood
/// there for a slash, or <c>%252F</c> for these three characters. The request's own line can.
/// </remarks>
internal static class PathSegment
{
    /// <summary>The segment that the route gives the name to.</summary>
    public static string Decode(HttpContext http, string name)
    {
        var pattern = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.PathSegments;
        var index = 0;
        while (pattern[index].Parts[0] is not RoutePatternParameterPart parameter || parameter.Name != name)
            index++;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var segments = (query < 0 ? target : target[..query]).TrimStart('/').Split('/');
        return Uri.UnescapeDataString(segments[index]);
    }
}
