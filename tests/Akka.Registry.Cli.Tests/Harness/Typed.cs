using System.Net;
using System.Text;
using Spectre.Console.Testing;

namespace Akka.Registry.Cli.Tests.Harness;

/// <summary>A request that a command made.</summary>
internal sealed record Asked(string Method, string Url, string? Body, string? Token, string? LastEventId)
{
    public override string ToString() => $"{Method} {Url}";
}

/// <summary>What a command line comes to, in this process: nodes are played.</summary>
internal sealed class Typed
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly List<Asked> _asked = [];
    private readonly Func<Asked, (int Status, string Body)> _answer;

    public Typed(Func<Asked, (int Status, string Body)> answer) => _answer = answer;

    public TestConsole Screen { get; } = new TestConsole().Width(200);

    public TestConsole Notes { get; } = new TestConsole().Width(200);

    public bool IsTerminal { get; init; }

    public Func<string, bool>? Confirm { get; init; }

    public string Input { get; init; } = "";

    public IReadOnlyList<Asked> Asked => _asked;

    public string Output => Screen.Output;

    public string Error => Notes.Output;

    /// <summary>Answers every request alike.</summary>
    public static Typed Always(int status, string body) => new(_ => (status, body));

    public Typed With(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var signals = new Signals();
        return await CommandLine.RunAsync(arguments, new CliSurroundings
        {
            Screen = Screen,
            Notes = Notes,
            ScreenIsTerminal = IsTerminal,
            NotesAreTerminal = false,
            Confirm = Confirm,
            Variable = _variables.GetValueOrDefault,
            Input = new StringReader(Input),
            Transport = () => new Played(this),
            Signals = signals,
            Random = new Random(1),
        });
    }

    private sealed class Played(Typed typed) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : null;
            var lastId = request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null;
            var asked = new Asked(request.Method.Method, request.RequestUri!.AbsoluteUri, body, request.Headers.Authorization?.ToString(), lastId);
            typed._asked.Add(asked);
            var (status, answer) = typed._answer(asked);
            if (status == 0)
                throw new HttpRequestException("Connection refused");
            return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(answer, Encoding.UTF8, "application/json") };
        }
    }
}

/// <summary>Answers as a node gives them.</summary>
internal static class Answers
{
    public const string Entry =
        """{"service":"orders","id":"orders-1","address":"10.0.0.7","port":8080,"methods":[],"tags":["v2","blue"],"""
        + """ "metadata":{"region":"eu"},"zone":"a","""
        + """ "version":"2.1.0","weight":1,"ttl":"30s","deregisterAfter":"30s","status":"passing","reported":"passing","unverified":false,"""
        + """ "epoch":1795343491394,"owner":"node-1","ownerUid":"96935aae3a0d2a62","stamp":"1795343491394.0@96935aae3a0d2a62","""
        + """ "registeredAt":"2026-11-22T10:31:31.376Z","expiresIn":"29.5s"}""";

    public const string Cluster =
        """{"self":"node-1","selfUid":"aa","ready":true,"notReadyReason":null,"synchronized":true,"converged":true,"revision":1,"cursor":"c","""
        + """ "stateHash":"00000000000000ff","liveEntries":3,"tombstones":0,"clock":"1.0","members":["""
        + """{"name":"node-1","uid":"aa","address":"10.0.0.1:4053","httpUrl":"http://10.0.0.1:8500","zone":"a","version":"0.1.0","""
        + """ "state":"up","incarnation":1,"""
        + """ "isSelf":true,"vector":{},"stateHash":"00000000000000ff","inStep":true,"clockOffset":null},"""
        + """{"name":"node-2","uid":"bb","address":"10.0.0.2:4053","httpUrl":"http://0.0.0.0:8500","zone":"b","version":"0.1.0","""
        + """ "state":"suspect","incarnation":1,"""
        + """ "isSelf":false,"vector":{},"stateHash":"00000000000000fe","inStep":false,"clockOffset":"-12ms"}]}""";

    public static string Instances(string entry = Entry) => $$"""{"service":"orders","revision":1,"cursor":"c","instances":[{{entry}}]}""";

    public static string Routees(string entry = Entry) => $$"""{"service":"orders","strategy":"round-robin","routees":[{{entry}}]}""";

    public static string Services =>
        """{"revision":1,"cursor":"c","services":[{"service":"orders","revision":1,"instances":3,"starting":0,"passing":2,"warning":0,"critical":1,"""
        + """ "draining":0,"outOfService":0,"unverified":0}],"next":"orders"}""";

    public static string Problem(string name, int status, bool retryable = false, string more = "") =>
        $$"""{"type":"/problems/{{name}}","title":"The title.","status":{{status}},"detail":"The detail.","""
        + $$""" "retryable":{{(retryable ? "true" : "false")}}{{more}}}""";
}
