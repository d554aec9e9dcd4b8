using Akka.Registry.DistributedData;

namespace Akka.Registry.Server.Api;

/// <summary>One request to the API, and what its handler needs.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Registry">This node's registry.</param>
internal readonly record struct ApiCall(HttpContext Http, IServiceRegistry Registry)
{
    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The service in the path.</summary>
    public string Service => Path("service");

    /// <summary>The instance in the path.</summary>
    public RecordKey Key => new(Path("service"), Path("id"));

    /// <summary>The check in the path.</summary>
    public string Check => Path("check");

    /// <summary>The options of the door.</summary>
    public HttpOptions Options => Get<HttpOptions>();

    /// <summary>A service of the container.</summary>
    public T Get<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>A segment of the path, as the client meant it.</summary>
    private string Path(string name)
    {
        var text = (string)Http.Request.RouteValues[name]!;
        return text.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? PathSegment.Decode(Http, name) : text;
    }
}
