using System.Diagnostics;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Metrics;

namespace Akka.Registry.Server.Problems;

/// <summary>The edge: whatever goes wrong below becomes a problem document; nothing else leaves this server for an error.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ServerMetrics metrics, ILogger<ProblemMiddleware> logger)
{
    private const int ClientClosedRequest = 499;

    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            RefuseOtherSites(context.Request);
            await next(context);
            if (IsBareError(context.Response))
                await SendAsync(context, OfBareStatus(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer any more; the status is for the log.
            if (!context.Response.HasStarted)
                context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception failure)
        {
            if (context.Response.HasStarted)
            {
                Log.AnswerBroken(logger, failure, context.Request.Path);
                context.Abort();
                return;
            }

            await SendAsync(context, Of(failure, context));
        }
    }

    private static bool IsBareError(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null;

    /// <summary>A page of another site may make a browser send a simple request here; browsers then say whose page it was.</summary>
    private static void RefuseOtherSites(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            return;
        throw new ProblemException(new Problem(ProblemTable.CrossOrigin, $"The request comes from a page of {origin}."));
    }

    private Problem Of(Exception failure, HttpContext context)
    {
        switch (failure)
        {
            case ProblemException known:
                return known.Problem;
            case RegistryException refusal:
                return Problem.Of(refusal);
            case TimeoutException late:
                return new Problem(ProblemTable.Busy, late.Message) { RetryAfterSeconds = 1 };
            case BadHttpRequestException bad when ProblemTable.OfStatus(bad.StatusCode) is { } type:
                return new Problem(type, bad.Message);
            default:
                var trace = Activity.Current?.Id ?? context.TraceIdentifier;
                Log.RequestFailed(logger, failure, context.Request.Method, context.Request.Path, trace);
                return new Problem(ProblemTable.Internal, "The request failed by a defect of the server.") { Trace = trace };
        }
    }

    private static Problem OfBareStatus(HttpContext context)
    {
        var request = context.Request;
        var type = ProblemTable.OfStatus(context.Response.StatusCode) ?? ProblemTable.Internal;
        return type.Status switch
        {
            404 => new Problem(type, $"There is nothing at {request.Path}."),
            405 => new Problem(type, $"{request.Path} takes {context.Response.Headers.Allow}, not {request.Method}."),
            _ => new Problem(type, type.Title),
        };
    }

    /// <summary>Eureka's clients know basic authentication alone; anywhere else a browser that is told of it would ask its user by itself.</summary>
    private static string ChallengeOf(HttpRequest request) =>
        $"{(request.Path.StartsWithSegments("/eureka", StringComparison.OrdinalIgnoreCase) ? "Basic" : "Bearer")} realm=\"Akka.Registry\"";

    private async Task SendAsync(HttpContext context, Problem problem)
    {
        var allow = context.Response.Headers.Allow;
        context.Response.Clear();
        if (allow.Count > 0)
            context.Response.Headers.Allow = allow;
        if (problem.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString();
        if (problem.Type == ProblemTable.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = ChallengeOf(context.Request);
        metrics.ProblemSent(problem.Type);
        await JsonAnswer.Send(
            context, problem.Type.Status, (problem, path: context.Request.Path.Value ?? "/"),
            static (json, state) => state.problem.Write(json, state.path), Problem.ContentType);
    }
}
