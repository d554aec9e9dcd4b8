using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Prometheus;
using Akka.Registry.Server.Security;
using Akka.Registry.Server.Streams;

namespace Akka.Registry.Server.Api;

/// <summary>The whole API, as a table: what is not here does not exist.</summary>
internal static class ApiOperations
{
    private const string Instance = "/api/v1/services/{service}/instances/{id}";
    private const string Services = "Services";
    private const string Instances = "Instances";
    private const string ClusterHeading = "Cluster";
    private const string Operations = "Operations";

    private static readonly ApiAnswer Invalid = ApiAnswer.OfProblem(400, "A parameter or a field is not valid; `errors` names each.");
    private static readonly ApiAnswer NotFound = ApiAnswer.OfProblem(404, "Not registered.");
    private static readonly ApiAnswer Stale = ApiAnswer.OfProblem(409, "The epoch has ended, or a newer one stands. Nothing has changed.");
    private static readonly ApiAnswer TooLarge = ApiAnswer.OfProblem(413, "The body is over the limit, which `limitBytes` names.");
    private static readonly ApiAnswer MediaType = ApiAnswer.OfProblem(415, "The body is not JSON in UTF-8.");
    private static readonly ApiAnswer Limit = ApiAnswer.OfProblem(429, "A limit of the node is reached. Nothing has changed.");
    private static readonly ApiAnswer NotReady = ApiAnswer.OfProblem(
        503, "The node does not hold the whole registry, or is too busy; Retry-After says when to retry.");
    private static readonly ApiAnswer Owner = ApiAnswer.OfProblem(504, "The node that owns the lease did not answer.");

    private static readonly ApiParameter Epoch = new(
        "epoch", "Epoch", "The instance's epoch. What belongs to an older one is refused. Default: any.");

    private static readonly ApiParameter[] Consistency =
    [
        new("consistency", "Consistency", "How many nodes must hold the write before the answer. Default: local."),
        new("timeout", "Duration", "How long to wait for them. Default: 5s."),
    ];

    private static readonly ApiParameter[] Paging =
    [
        new("limit", "Limit", "The most that the answer holds, 1 to 100000. Default: all."),
        new("after", "Text", "Begin after this one: the `next` of the answer before."),
    ];

    private static readonly ApiParameter[] Filter =
    [
        new("status", "StatusList", "Any of these statuses; repeated, or with commas. Default: all.", Repeats: true),
        new("tag", "Text", "Only with this tag; repeated: with all of them.", Repeats: true),
        new("meta.", "Text", "`meta.region=eu`: only with this pair of metadata."),
        new("version", "Text", "Only this version."),
        new("method", "Text", "Only instances that offer this method."),
    ];

    /// <summary>Every operation.</summary>
    public static IReadOnlyList<ApiOperation> All { get; } = [.. OfInstances(), .. OfChecks(), .. OfServices(), .. OfTheCluster(), .. OfOperations()];

    private static ApiOperation[] OfInstances() =>
    [
        new()
        {
            Method = "PUT", Path = Instance, Id = "registerInstance", Heading = Instances, Handler = InstanceApi.Register,
            Summary = "Registers an instance, or replaces its entry.",
            Description = "The node that takes it owns the instance's lease: send heartbeats to it (any other node forwards them). Without "
                + "`epoch` in the body the node mints one: that of the live entry which is replaced, else one above all that it knows, "
                + "from its clock.",
            Query = Consistency, Body = "Registration",
            Answers =
            [
                new(200, "Replaced: a live entry stood there.", "Registered"),
                new(201, "Registered; Location is its path.", "Registered"),
                new(202, "It stands and spreads, but fewer nodes than were asked for were known to hold it in time: `consistencyReached` is "
                    + "false, `heldBy` says how many hold it.", "Registered"),
                Invalid, Stale, TooLarge, MediaType, Limit, NotReady,
            ],
        },
        new()
        {
            Method = "GET", Path = Instance, Id = "getInstance", Heading = Instances, Handler = InstanceApi.Get,
            Summary = "Shows an instance.", Answers = [new(200, "The entry.", "Entry"), NotFound, NotReady],
        },
        new()
        {
            Method = "GET", Path = Instance + "/explain", Id = "explainInstance", Heading = Instances, Handler = InstanceApi.Explain,
            Summary = "Says why an instance stands as it does.",
            Description = "Who owns it, how that node stands, how its lease stands, which rule keeps it out of the routees, and what each "
                + "member holds; a member that does not answer in time is shown so. An instance that is not there is explained too.",
            Query = [new("timeout", "Duration", "How long members may take to answer. Default: 2s.")],
            Answers = [new(200, "The explanation.", "Explanation"), Invalid, NotReady],
        },
        new()
        {
            Method = "DELETE", Path = Instance, Id = "deregisterInstance", Heading = Instances, Handler = InstanceApi.Deregister,
            Summary = "Deregisters an instance.",
            Description = "Ends the instance's epoch for good: what comes late from it is refused on every node.",
            Query = [Epoch, .. Consistency],
            Answers = [new(204, "Deregistered."), Invalid, NotFound, Stale, NotReady],
        },
        new()
        {
            Method = "PUT", Path = Instance + "/heartbeat", Id = "heartbeat", Heading = Instances, Handler = InstanceApi.Heartbeat,
            Summary = "Says that the instance lives.",
            Description = "No body. Beat every third of the TTL. After 404 register again.",
            Query = [Epoch],
            Answers =
            [
                new(200, "Taken.", "Heartbeat"), Invalid, ApiAnswer.OfProblem(404, "Unknown: register again."), Stale, NotReady, Owner,
            ],
        },
        new()
        {
            Method = "POST", Path = "/api/v1/heartbeats", Id = "heartbeatMany", Heading = Instances, Handler = HeartbeatApi.Beat,
            Summary = "Says that many instances live.",
            Description = "As `heartbeat` for each: those whose leases other nodes own are forwarded together. The answer names those that did "
                + "not count, with the problem that each would have been answered with alone; the others did. A body that cannot be read counts "
                + "for nothing. At most 10000 unless the node is set otherwise (`http.heartbeats-per-request`).",
            Body = "HeartbeatList",
            Answers = [new(200, "Those that did not count are named.", "HeartbeatsTaken"), Invalid, TooLarge, MediaType, NotReady],
        },
        new()
        {
            Method = "PUT", Path = Instance + "/status", Id = "setStatus", Heading = Instances, Handler = InstanceApi.SetStatus,
            Summary = "Sets the status that the instance reports, or the operator's override.",
            Description = "`{\"status\":\"draining\"}` is the instance's word and counts as a heartbeat. `{\"override\":\"out-of-service\"}` is the "
                + "operator's: it stands over what the instance reports, re-registration included, until `{\"override\":null}`.",
            Query = [Epoch], Body = "StatusChange",
            Answers = [new(200, "The entry as it stands now.", "Entry"), Invalid, NotFound, Stale, TooLarge, MediaType, NotReady, Owner],
        },
        new()
        {
            Method = "POST", Path = Instance + "/drain", Id = "drainInstance", Heading = Instances, Handler = InstanceApi.Drain,
            Summary = "Makes an instance draining, and waits until everybody knows.",
            Description = "No body. The status is the instance's word, as with `/status`: it counts as a heartbeat and ends with the next "
                + "registration. The answer comes once every live subscriber on every node has confirmed a view without the instance, or at "
                + "the deadline, and then names who has not. A stream of `/api/v1/watch` has confirmed when the change was written to its "
                + "socket; subscribers inside a node when they ask for what comes next. Who asked for routees before may still call.",
            Query = [Epoch, new("deadline", "Duration", "How long to wait. Default: 10s. The node's limit is 10m unless it is set otherwise.")],
            Answers =
            [
                new(200, "It drains, and everybody knows.", "Drained"),
                new(202, "It drains, but not everybody is known to know: `laggards` names them.", "Drained"),
                Invalid, NotFound, Stale, Limit, NotReady, Owner,
            ],
        },
        new()
        {
            Method = "POST", Path = Instance + "/reports", Id = "reportFailure", Heading = Instances, Handler = InstanceApi.ReportFailure,
            Summary = "Reports that calls to an instance fail.",
            Description = "No body. Report at most every few seconds for as long as calls fail. Once enough different clients have within the "
                + "window (3 within 10s unless it is set otherwise), the instance is `suspect` on every node: chosen last, and tried by the node "
                + "that owns its lease, until it has beaten and answered. Reports never remove an instance. A client is the address that the "
                + "request comes from: those behind one proxy count as one.",
            Query = [new("epoch", "Epoch", "The epoch that was called. Default: whichever stands.")],
            Answers = [new(202, "Taken, or on its way to the owner."), Invalid, NotFound, Stale, NotReady],
        },
    ];

    private static ApiOperation[] OfChecks() =>
    [
        new()
        {
            Method = "POST", Path = Instance + "/checks", Id = "putCheck", Heading = Instances, Handler = CheckApi.Put,
            Summary = "Adds a check to an instance, or replaces the one of its id, which keeps its status.",
            Body = "Check",
            Answers = [new(200, "The entry as it stands now.", "Entry"), Invalid, NotFound, TooLarge, MediaType, Limit, NotReady, Owner],
        },
        new()
        {
            Method = "PUT", Path = Instance + "/checks/{check}", Id = "updateCheck", Heading = Instances, Handler = CheckApi.Update,
            Summary = "Says how a TTL or manual check stands.",
            Description = "What is said of a TTL check holds for its TTL; then it is critical. It is no heartbeat. A word that changes nothing but "
                + "the output is no change of the entry.",
            Query = [Epoch], Body = "CheckUpdate",
            Answers = [new(200, "The entry as it stands now.", "Entry"), Invalid, NotFound, Stale, TooLarge, MediaType, NotReady, Owner],
        },
        new()
        {
            Method = "DELETE", Path = Instance + "/checks/{check}", Id = "removeCheck", Heading = Instances, Handler = CheckApi.Remove,
            Summary = "Takes a check from an instance.",
            Answers = [new(200, "The entry as it stands now.", "Entry"), Invalid, NotFound, NotReady, Owner],
        },
    ];

    private static ApiOperation[] OfServices() =>
    [
        new()
        {
            Method = "GET", Path = "/api/v1/services", Id = "listServices", Heading = Services, Handler = ServiceApi.List,
            Summary = "Lists the services, with how many instances each has in which status.",
            Query = Paging, Answers = [new(200, "By name.", "ServiceList"), Invalid, NotReady],
        },
        new()
        {
            Method = "GET", Path = "/api/v1/services/{service}", Id = "getService", Heading = Services, Handler = ServiceApi.Get,
            Summary = "Shows a service's instances.",
            Description = "Every condition that is given must hold. `cursor` is for `/api/v1/watch`: a watch from it misses nothing.",
            Query = [.. Filter, new("zone", "Text", "Only in this zone."), .. Paging],
            Answers = [new(200, "By id.", "Service"), Invalid, NotFound, NotReady],
        },
        new()
        {
            Method = "GET", Path = "/api/v1/services/{service}/routees", Id = "getRoutees", Heading = Services, Handler = ServiceApi.Routees,
            Summary = "Chooses instances to call.",
            Description = "Only instances that pass, then those with a warning; unverified ones only when nothing better is left, "
                + "and suspect ones after all others. The list may be empty.",
            Query =
            [
                new("strategy", "Strategy", "The routing logic. Default: round-robin."),
                new("count", "Count", "How many, at most; distinct; 1 to 1000. Default: 1."),
                new("hashKey", "Text", "What consistent-hashing goes by."),
                new("zone", "Text", "Prefer this zone; others when it has none."),
                .. Filter,
            ],
            Answers = [new(200, "The routees, in the order of choice.", "Routees"), Invalid, NotFound, NotReady],
        },
        new()
        {
            Method = "GET", Path = "/api/v1/watch", Id = "watch", Heading = Services, Handler = WatchApi.Watch,
            Summary = "Streams changes as server-sent events.",
            Description = "Begins with an event `snapshot` (what is not in it is gone); then each event `changes` is to be applied as a whole. "
                + "`id` is the cursor: with it in the header `Last-Event-ID`, or as `cursor`, at any node, the stream goes on with exactly "
                + "what is missing. A client that reads slowly gets latest states, never a gap. `expiresIn` is null in streams.",
            Query =
            [
                new("service", "Text", "Only this service. Default: all."),
                new("cursor", "Text", "Go on from here. The header Last-Event-ID wins over it."),
            ],
            Answers = [new(200, "Events; the data of each is a change batch.", "ChangeBatch", "text/event-stream"), Invalid, Limit, NotReady],
        },
    ];

    private static ApiOperation[] OfTheCluster() =>
    [
        new()
        {
            Method = "GET", Path = "/api/v1/cluster", Id = "getCluster", Heading = ClusterHeading, Handler = ClusterApi.Get, ServesAlways = true,
            Summary = "Shows the members, and how far each one's registry is, as this node knows it.",
            Description = "Answers while the node is not ready, too. "
                + "`converged`: every current member is known to hold exactly what this node holds.",
            Answers = [new(200, "The cluster.", "Cluster")],
        },
        new()
        {
            Method = "POST", Path = "/api/v1/cluster/leave", Id = "leaveCluster", Heading = ClusterHeading,
            Handler = ClusterApi.Leave, ServesAlways = true, Needs = AccessNeed.Operator,
            Summary = "Makes this node leave, gracefully.",
            Description = "The node hands its leases to its peers, tells them that it left, and its process ends.",
            Answers =
            [
                new(202, "It leaves.", "Leaving"), ApiAnswer.OfProblem(403, "Another site's page asked, or who is no operator of everything."),
            ],
        },
    ];

    private static ApiOperation[] OfOperations() =>
    [
        new()
        {
            Method = "GET", Path = "/healthz", Id = "healthz", Heading = Operations, Handler = HealthApi.Alive, ServesAlways = true,
            Needs = AccessNeed.Nothing,
            Summary = "Says that the process lives.", Answers = [new(200, "It lives.", "Health")],
        },
        new()
        {
            Method = "GET", Path = "/readyz", Id = "readyz", Heading = Operations, Handler = HealthApi.Ready, ServesAlways = true,
            Needs = AccessNeed.Nothing,
            Summary = "Says whether the node serves, and whether its disk keeps up.", Answers = [new(200, "It serves.", "Readiness"), NotReady],
        },
        new()
        {
            Method = "GET", Path = "/metrics", Id = "metrics", Heading = Operations, Handler = HealthApi.Metrics, ServesAlways = true,
            Summary = "The node's meters, in the text format of Prometheus; as OpenMetrics for who accepts that.",
            Answers = [new(200, "The metrics.", "Text", PrometheusText.ContentType)],
        },
        new()
        {
            Method = "GET", Path = "/api/v1/prometheus/targets", Id = "listTargets", Heading = Operations, Handler = TargetsApi.List,
            Summary = "Lists instances as targets, for Prometheus's http_sd_configs.",
            Description = "Instances of every status: keep those that you want by the label `__meta_akka_registry_status`, or ask for them alone. "
                + "Each group is one instance, its target `address:port`. Labels, all with `__meta_akka_registry_` before them: service, "
                + "instance_id, address, port, status, unverified, tags (with a comma before and after each), zone, version, weight, node (that "
                + "holds the lease), and metadata_KEY for each pair of metadata.",
            Query = [new("service", "Text", "Only this service; repeated: all of these. Default: every one.", Repeats: true), .. Filter],
            Answers = [new(200, "The targets; an empty list for none.", "TargetList"), Invalid, NotReady],
        },
        new()
        {
            Method = "GET", Path = "/problems/{name}", Id = "getProblem", Heading = Operations,
            Handler = HealthApi.ProblemMeaning, ServesAlways = true, Needs = AccessNeed.Nothing,
            Summary = "Says what a problem's type means.",
            Answers = [new(200, "The meaning.", "ProblemMeaning"), ApiAnswer.OfProblem(404, "There is no such type.")],
        },
    ];
}
