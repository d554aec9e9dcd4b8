namespace Akka.Registry.Server;

/// <summary>The node executable: one node of the registry and its HTTP door.</summary>
public static class RegistryServer
{
    /// <summary>
    /// Else the host watches the whole folder that the program is started in, for a file of settings that this one does not have: a tenth of
    /// its start, and in a large folder a great many of the kernel's watches.
    /// </summary>
    private static readonly string[] HostArguments = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <summary>Builds the application; nothing listens before it is run.</summary>
    /// <param name="http">The door.</param>
    /// <param name="addNode">Puts a node into the container.</param>
    public static WebApplication Build(HttpOptions http, Action<WebApplicationBuilder> addNode)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "Akka.Registry.Server",
            Args = HostArguments,
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = false;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        // One line a request is for whoever asks for it.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // What keeps the host from starting is told by the program, in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Under systemd, says when it serves and when it ends (sd_notify); elsewhere it does nothing.
        builder.Services.AddSystemd();
        builder.WebHost.UseUrls([.. http.Urls]);
        addNode(builder);
        builder.Services.AddRegistryHttp(http);
        builder.Services.AddHostedService<StartupNotice>();
        return builder.Build().UseRegistryHttp();
    }
}
