using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Limits;

/// <summary>Refuses requests of a client that asks too fast, in the notation of the door that it asks at.</summary>
internal sealed class RequestGate(RequestDelegate next, HttpGates gates)
{
    private static readonly PathString ConsulPath = "/v1";

    /// <summary>Runs the request, or refuses it.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (gates.Objection(context) is not { } objection)
            return next(context);
        if (!context.Request.Path.StartsWithSegments(ConsulPath, StringComparison.OrdinalIgnoreCase))
            throw new ProblemException(Problem.OfLimit("http.requests-per-second", objection));
        context.Response.Headers.RetryAfter = "1";
        return ConsulAnswer.Text(context, StatusCodes.Status429TooManyRequests, objection);
    }
}
