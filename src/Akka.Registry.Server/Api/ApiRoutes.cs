using Akka.Registry.Security;
using Akka.Registry.Server.Problems;
using Akka.Registry.Server.Security;

namespace Akka.Registry.Server.Api;

/// <summary>Puts the API's operations on routes.</summary>
internal static class ApiRoutes
{
    private static readonly string[] GetAndHead = ["GET", "HEAD"];

    /// <summary>Maps every operation.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var operation in ApiOperations.All)
        {
            var methods = operation.Method == "GET" ? GetAndHead : [operation.Method];
            endpoints.MapMethods(operation.Path, methods, context => RunAsync(operation, context)).WithDisplayName(operation.Id);
        }
    }

    private static Task RunAsync(ApiOperation operation, HttpContext context)
    {
        var registry = context.RequestServices.GetRequiredService<IServiceRegistry>();
        context.Response.Headers.CacheControl = "no-store";
        if (operation.Needs != AccessNeed.Nothing
            && HttpAccess.Enter(context, context.RequestServices.GetService<RegistryAccess>(), "http") is { } guard)
        {
            HttpAccess.Require(guard, operation.Needs, operation.Id);
            registry = guard;
        }

        if (!operation.ServesAlways && !registry.IsReady)
            throw new ProblemException(Problem.NotReady(registry.NotReadyReason));
        StaleMark.Set(context);
        QueryReader.Check(context.Request, operation);
        return operation.Handler(new ApiCall(context, registry));
    }
}
