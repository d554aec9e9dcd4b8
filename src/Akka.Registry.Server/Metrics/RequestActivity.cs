using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Akka.Registry.Server.Metrics;

/// <summary>Completes the activity of a request as OpenTelemetry's conventions for HTTP have it: by its route, and how it ended.</summary>
/// <seealso href="https://opentelemetry.io/docs/specs/semconv/http/http-spans/">OpenTelemetry: semantic conventions for HTTP spans</seealso>
internal sealed class RequestActivity(RequestDelegate next)
{
    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity)
            return;
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
        }

        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }
}
