using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Akka.Registry.Server;

/// <summary>Opens servers, and names the setting whose address cannot be had.</summary>
internal static class Listening
{
    /// <summary>Starts the server of a door that has addresses of its own.</summary>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public static async Task ListenAsync(this WebApplication door, string setting, IReadOnlyList<string> urls, CancellationToken stop)
    {
        try
        {
            await door.StartAsync(stop);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw Refused(setting, urls, e);
        }
    }

    /// <summary>Starts the application: the node, then all its doors, the HTTP API last.</summary>
    /// <exception cref="IOException">One of them cannot listen where it is to.</exception>
    public static async Task StartNodeAsync(this WebApplication app, HttpOptions http)
    {
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to end before it was up: what has started is stopped by who waits for the end.
        }
        catch (Exception e)
        {
            // What has started ends in order: a node that has joined says goodbye, and nothing that is cut off is logged as a failure of its own.
            await app.StopAsync();
            // All others have named their setting.
            if (e is SocketException or IOException { InnerException: AddressInUseException })
                throw Refused("http.urls", http.Urls, e);
            throw;
        }
    }

    private static IOException Refused(string setting, IReadOnlyList<string> urls, Exception e) =>
        new($"{setting} = {string.Join(", ", urls)} cannot be listened on: {e.Message}", e);
}
