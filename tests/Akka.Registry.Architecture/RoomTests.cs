using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Akka.Registry.Architecture;

/// <summary>The rooms and the arrows between them.</summary>
public class RoomTests
{
    /// <summary>Direct references that a room may hold, and nothing else.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Akka.Registry.Actors"] = [],
        ["Akka.Registry.Contracts"] = [],
        ["Akka.Registry.Tls"] = [],
        ["Akka.Registry.Cluster"] = ["Akka.Registry.Actors", "Akka.Registry.Contracts", "Akka.Registry.Tls"],
        ["Akka.Registry.DistributedData"] = ["Akka.Registry.Cluster"],
        // Knows the map alone, so that the engine's rooms stay without a database, and hosts without durability never load one.
        ["Akka.Registry.Durability"] = ["Akka.Registry.DistributedData"],
        ["Akka.Registry.Remoting"] = ["Akka.Registry.Actors", "Akka.Registry.Contracts"],
        ["Akka.Registry"] = ["Akka.Registry.DistributedData", "Akka.Registry.Remoting"],
        ["Akka.Registry.Client"] = ["Akka.Registry.Contracts", "Akka.Registry.Remoting", "Akka.Registry.Tls"],
        ["Akka.Registry.Hosting"] = ["Akka.Registry", "Akka.Registry.Client", "Akka.Registry.Durability"],
        ["Akka.Registry.Etcd"] = ["Akka.Registry"],
        ["Akka.Registry.Server"] = ["Akka.Registry.Hosting", "Akka.Registry.Client", "Akka.Registry.Etcd"],
        ["Akka.Registry.Cli"] = ["Akka.Registry.Client", "Akka.Registry.Contracts", "Akka.Registry.Tls"],
    };

    /// <summary>Packages that the engine's rooms may use beyond the BCL: the wire contracts and the logging contract.</summary>
    private static readonly Dictionary<string, string[]> EnginePackages = new(StringComparer.Ordinal)
    {
        ["Akka.Registry.Actors"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Akka.Registry.Contracts"] = ["Google.Protobuf", "Grpc.Tools"],
        ["Akka.Registry.Tls"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Akka.Registry.Cluster"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Akka.Registry.DistributedData"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Akka.Registry.Remoting"] = [],
        ["Akka.Registry"] = ["Microsoft.Extensions.Logging.Abstractions"],
    };

    public static TheoryData<string> Rooms()
    {
        var rooms = new TheoryData<string>();
        foreach (var project in SourceTree.Files("*.csproj", "src"))
            rooms.Add(Path.GetFileNameWithoutExtension(project));
        return rooms;
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_reaches_no_further_than_its_arrows(string room)
    {
        Allowed.ShouldContainKey(room, "a new room needs its arrows here and in the README");
        References(room, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            .Except(Allowed[room]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void The_engine_takes_nothing_beyond_the_base_library_and_its_contracts(string room)
    {
        if (EnginePackages.TryGetValue(room, out var packages))
            References(room, "PackageReference").Except(packages).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Web_and_sockets_stay_in_their_rooms(string room)
    {
        foreach (var file in SourceTree.Files("*.cs", $"src/{room}"))
        {
            var text = SourceTree.Read(file);
            // An application's bound addresses and endpoints are ASP.NET's to tell; one folder of Hosting asks, and the rest of it knows
            // texts alone, so that an application without a server is hosted by the same code.
            if (room != "Akka.Registry.Server" && text.Contains("Microsoft.AspNetCore", StringComparison.Ordinal)
                && !file.StartsWith("src/Akka.Registry.Hosting/Web/", StringComparison.Ordinal))
                Assert.Fail($"{file} uses ASP.NET; that lives in Akka.Registry.Server and in Hosting/Web.");
            var sockets = text.Contains("System.Net.Sockets", StringComparison.Ordinal);
            if (sockets && room != "Akka.Registry.Server" && !file.Contains("/Transport/", StringComparison.Ordinal)
                && !file.Contains("/Session/", StringComparison.Ordinal))
                Assert.Fail($"{file} uses sockets; they live in Cluster/Transport, Client/Session and Server.");
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = SourceTree.Read("Akka.Registry.sln").Replace('\\', '/');
        SourceTree.Files("*.csproj", "src", "tests").Where(project => !solution.Contains(project, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static IEnumerable<string> References(string room, string kind) =>
        XDocument.Parse(SourceTree.Read($"src/{room}/{room}.csproj")).Descendants(kind).Select(x => (string)x.Attribute("Include")!);
}
