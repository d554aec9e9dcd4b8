using System.Text;
using System.Text.Json;

namespace Akka.Registry.Server.Tests.Eureka;

/// <summary>Speaks Eureka to a node, byte for byte as the test says.</summary>
internal sealed class EurekaClient(HttpClient http)
{
    public const string Json = "application/json";
    public const string Xml = "application/xml";
    public const long Dirty = 1_700_000_000_000;

    /// <summary>The registration of the capture of Netflix's server, with what the test changes.</summary>
    public static string Body(string id = "h1:web:8080", string app = "web", string status = "UP", long dirty = Dirty, string more = "") =>
        $$$"""
        {"instance":{"instanceId":"{{{id}}}","hostName":"h1","app":"{{{app}}}","ipAddr":"10.0.0.1","status":"{{{status}}}",
        "port":{"$":8080,"@enabled":"true"},"securePort":{"$":8443,"@enabled":"false"},"vipAddress":"web","secureVipAddress":"web",
        "homePageUrl":"http://h1:8080/","statusPageUrl":"http://h1:8080/info","healthCheckUrl":"http://h1:8080/health",
        "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"},
        "leaseInfo":{"renewalIntervalInSecs":5,"durationInSecs":15},"metadata":{"zone":"z1"},"lastDirtyTimestamp":"{{{dirty}}}"{{{more}}}}}
        """;

    public async Task<Answer> SendAsync(
        string method, string path, string? body = null, string? type = Json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> GetAsync(string path, string? accept = Json) =>
        accept is null ? SendAsync("GET", path) : SendAsync("GET", path, null, null, ("Accept", accept));

    public Task<Answer> PutAsync(string path) => SendAsync("PUT", path);

    public Task<Answer> DeleteAsync(string path) => SendAsync("DELETE", path);

    public async Task RegisterAsync(string id = "h1:web:8080", string app = "web", string status = "UP", long dirty = Dirty, string more = "")
    {
        var answer = await SendAsync("POST", $"/eureka/apps/{app.ToUpperInvariant()}", Body(id, app, status, dirty, more));
        if (answer.Status != 204)
            throw new InvalidOperationException($"{answer.Status}: {answer.Body}");
    }

    public async Task<JsonElement> InstanceAsync(string id = "h1:web:8080", string app = "WEB") =>
        (await GetAsync($"/eureka/apps/{app}/{id}")).Json.GetProperty("instance");

    public async Task<string?> StatusAsync(string id = "h1:web:8080", string app = "WEB") =>
        (await InstanceAsync(id, app)).GetProperty("status").GetString();

    /// <summary>Everything, or the delta: what it says of itself, and <c>APP/id=STATUS:ACTION</c> for each instance in order.</summary>
    public async Task<(string HashCode, string Version, string[] Instances)> AppsAsync(string path = "/eureka/apps")
    {
        var apps = (await GetAsync(path)).Json.GetProperty("applications");
        var instances = from app in apps.GetProperty("application").EnumerateArray()
                        from instance in app.GetProperty("instance").EnumerateArray()
                        let shown = $"{instance.GetProperty("status")}:{instance.GetProperty("actionType")}"
                        select $"{app.GetProperty("name")}/{instance.GetProperty("instanceId")}={shown}";
        return (apps.GetProperty("apps__hashcode").GetString()!, apps.GetProperty("versions__delta").GetString()!, [.. instances]);
    }
}
