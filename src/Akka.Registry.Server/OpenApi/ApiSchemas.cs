using Microsoft.OpenApi;

namespace Akka.Registry.Server.OpenApi;

/// <summary>The shapes of what the API takes and answers. A test holds them against real answers.</summary>
internal static class ApiSchemas
{
    private const string Statuses = "starting passing warning critical draining out-of-service";
    private const string MemberStates = "joining up suspect leaving down left";

    /// <summary>Every named shape.</summary>
    public static IReadOnlyDictionary<string, OpenApiSchema> All(OpenApiDocument document) => new Dictionary<string, OpenApiSchema>
    {
        ["Text"] = Schema.Text("A text."),
        ["Duration"] = Schema.Text(
            "A duration: numbers with units `d h m s ms`, as `30s`, `500ms`, `1m30s`, `29.8s`.", @"^(\d+(\.\d{1,3})?(d|h|m|s|ms))+$"),
        ["Status"] = Schema.OneOfTexts("An instance's status.", Statuses),
        ["StatusList"] = Schema.Text("Statuses, with commas between them."),
        ["Consistency"] = Schema.OneOfTexts("How many nodes hold a write.", "local majority all"),
        ["Strategy"] = Schema.Text("A routing logic: round-robin, random, weighted-random, consistent-hashing, broadcast."),
        ["Limit"] = Schema.Whole("How many.", 1, Api.ServiceApi.PageMax),
        ["Count"] = Schema.Whole("How many.", 1, Api.ServiceApi.RouteesMax),
        ["Epoch"] = Schema.Epoch(),
        ["Registration"] = Registration(document),
        ["StatusChange"] = Schema.Object("One of the two.", [
            ("status?", Schema.Ref("Status", document)),
            ("override?", Schema.Nullable(Schema.OneOfTexts("null takes it back.", Statuses)))]),
        ["Entry"] = Schema.Object("One instance.", EntryFields(document)),
        ["Registered"] = Schema.Object("The entry, and how far it has spread.", [
            .. EntryFields(document), ("heldBy", Schema.Whole("Nodes that are known to hold it.")),
            ("members", Schema.Whole("Current members.")), ("consistencyReached", Schema.Flag("As many hold it as were asked for."))]),
        ["Check"] = CheckSchemas.Check(document),
        ["CheckState"] = CheckSchemas.State(document),
        ["CheckUpdate"] = CheckSchemas.Update(),
        ["Explanation"] = Explanation(document),
        ["Holding"] = Schema.Object("What one node holds of an instance.", [
            ("name", Schema.Text("The node's name.")), ("uid", Schema.Text("The node's uid.")),
            ("state", Schema.OneOfTexts("How it stands, as the answering node sees it.", MemberStates)),
            ("answered", Schema.Flag("It has answered in time.")), ("held", Schema.Flag("It shows an entry; else the following is absent.")),
            ("epoch?", Schema.Ref("Epoch", document)), ("stamp?", Schema.Text("When it was written, and by which node.")),
            ("owner?", Schema.Text("Who owns the lease, by that record.")), ("ownerUid?", Schema.Text("That node's uid.")),
            ("status?", Schema.Ref("Status", document)), ("unverified?", Schema.Flag("It shows it as unverified.")),
            ("suspect?", Schema.Flag("It shows it as suspect.")),
            ("ownsLease?", Schema.Flag("It holds the lease.")),
            ("lastBeatAge?", Schema.Text("How long ago it last beat; only of the lease's holder.")),
            ("expiresIn?", Schema.Text("When its lease runs out; only of the lease's holder."))]),
        ["Owner"] = Schema.Object("The node that holds a lease.", [
            ("name", Schema.Text("Its name.")), ("uid", Schema.Text("Its uid.")),
            ("state", Schema.Nullable(Schema.OneOfTexts("How it stands; null when it is no member that the answering node knows.", MemberStates))),
            ("isThisNode", Schema.Flag("It is the node that answers."))]),
        ["Heartbeat"] = Schema.Object("The lease.", [
            ("status", Schema.Ref("Status", document)), ("ttl", Schema.Ref("Duration", document)), ("expiresIn", Schema.Ref("Duration", document))]),
        ["HeartbeatList"] = Schema.List(Schema.Ref("InstanceHeartbeat", document)),
        ["InstanceHeartbeat"] = Schema.Object("One heartbeat of many.", [
            ("service", Schema.Text("The service.")), ("id", Schema.Text("The instance.")), ("epoch?", Schema.Ref("Epoch", document))]),
        ["HeartbeatsTaken"] = Schema.Object("What became of many heartbeats.", [
            ("accepted", Schema.Whole("How many counted.")), ("refused", Schema.List(Schema.Ref("RefusedHeartbeat", document)))]),
        ["RefusedHeartbeat"] = Schema.Object("A heartbeat that did not count.", [
            ("index", Schema.Whole("Its place in the list, from 0.")), ("service", Schema.Text("The service.")), ("id", Schema.Text("The instance.")),
            ("type", Schema.Text("The problem's type.")), ("status", Schema.Whole("The HTTP status that it would be alone.")),
            ("detail", Schema.Text("A sentence about this one.")), ("retryable", Schema.Flag("Whether the same may succeed later."))]),
        ["Drained"] = Schema.Object("How a drain went.", [
            ("confirmed", Schema.Flag("Every live subscriber on every node has confirmed a view without the instance.")),
            ("laggardCount", Schema.Whole("How many have not.")), ("laggards", Schema.List(Schema.Ref("Laggard", document))),
            ("entry", Schema.Ref("Entry", document))]),
        ["Laggard"] = Schema.Object("Somebody who may still call the instance; at most 32 subscribers of a node are named.", [
            ("node", Schema.Text("The node's name.")), ("nodeUid", Schema.Text("The node's uid.")),
            ("lag", Schema.OneOfTexts(
                "`no-answer`: the node did not answer; `behind`: it does not hold the change yet; `subscriber`: a subscriber at it.",
                "no-answer behind subscriber")),
            ("subscriber", Schema.Nullable(Schema.Text("The subscriber's name; null when it is the node itself.")))]),
        ["TargetList"] = Schema.List(Schema.Ref("TargetGroup", document)),
        ["TargetGroup"] = Schema.Object("One instance, as Prometheus's HTTP service discovery has it.", [
            ("targets", Schema.List(Schema.Ref("Text", document))), ("labels", Schema.Map("Labels by name."))]),
        ["ServiceSummary"] = ServiceSummary(),
        ["ServiceList"] = Schema.Object("Services by name.", [
            .. Cursor(), ("services", Schema.List(Schema.Ref("ServiceSummary", document))),
            ("next?", Schema.Text("More: ask for what is `after` it."))]),
        ["Service"] = Schema.Object("A service's instances by id.", [
            ("service", Schema.Text("Its name.")), .. Cursor(), ("instances", Schema.List(Schema.Ref("Entry", document))),
            ("next?", Schema.Text("More: ask for what is `after` it."))]),
        ["Routees"] = Schema.Object("Instances to call.", [
            ("service", Schema.Text("The service.")), ("strategy", Schema.Text("The routing logic.")),
            ("routees", Schema.List(Schema.Ref("Entry", document)))]),
        ["ChangeBatch"] = Schema.Object("The data of an event.", [
            ("kind", Schema.OneOfTexts("What it is.", "snapshot changes")), ("revision", Schema.Whole("Of what is watched, after it.")),
            ("changes", Schema.List(Schema.Ref("Change", document)))]),
        ["Change"] = Schema.Object("One instance's change.", [
            ("kind", Schema.OneOfTexts("What happened. `verification`: only this node's trust in it changed.", "put removed verification")),
            ("service", Schema.Text("The service.")), ("id", Schema.Text("The instance.")), ("epoch", Schema.Ref("Epoch", document)),
            ("instance?", Schema.Ref("Entry", document))]),
        ["Member"] = Member(document),
        ["Cluster"] = Cluster(document),
        ["Leaving"] = Schema.Object("The node that leaves.", [
            ("name", Schema.Text("Its name.")), ("uid", Schema.Text("Its uid.")), ("state", Schema.OneOfTexts("Its state.", "leaving"))]),
        ["Health"] = Schema.Object("How it is.", [("status", Schema.OneOfTexts("How it is.", "alive ready"))]),
        ["Readiness"] = Schema.Object("How it is.", [
            ("status", Schema.OneOfTexts("How it is.", "ready")), ("durability?", Schema.Ref("Durability", document))]),
        ["Durability"] = Durability(),
        ["ProblemMeaning"] = Schema.Object("What a type of problem means.", [
            ("type", Schema.Text("The type.")), ("title", Schema.Text("A short sentence.")), ("status", Schema.Whole("The HTTP status.")),
            ("retryable", Schema.Flag("Whether the same request may succeed later.")), ("meaning", Schema.Text("What it says, and the way out."))]),
        ["FieldError"] = Schema.Object("What is wrong with a field.", [
            ("field", Schema.Text("As `port`, `metadata.region`, `tags[3]`.")), ("detail", Schema.Text("A sentence."))]),
        ["Problem"] = Problem(document),
    };

    private static OpenApiSchema Registration(OpenApiDocument document) => Schema.Object(
        "What an instance says of itself. No other field is taken; null stands for a field that is not there.",
        [
            ("address", Schema.Text("Host name or IP address that callers use.")),
            ("port?", Schema.Whole("0 where the address says it all.", 0, 65_535)),
            ("methods?", Schema.List(Schema.Text("A method that the instance offers."))),
            ("tags?", Schema.List(Schema.Text("A label."))),
            ("metadata?", Schema.Map("Free pairs.")),
            ("zone?", Schema.Text("The zone that it stands in.")),
            ("version?", Schema.Text("The version of its software.")),
            ("weight?", Schema.Whole("Its share of calls. Default 1.", 0, 65_535)),
            ("ttl?", Schema.Ref("Duration", document)),
            ("deregisterAfter?", Schema.Ref("Duration", document)),
            ("status?", Schema.OneOfTexts("The status to begin with. Default passing.", "starting passing warning critical draining")),
            ("epoch?", Schema.Ref("Epoch", document)),
            ("lease?", Schema.OneOfTexts(
                "What keeps it alive. `beats`, the default: heartbeats; `none`: it stands until it is deregistered, or a check removes it.",
                "beats none")),
            ("checks?", Schema.List(Schema.Ref("Check", document))),
        ]);

    private static (string, IOpenApiSchema)[] EntryFields(OpenApiDocument document) =>
    [
        ("service", Schema.Text("The service's name.")),
        ("id", Schema.Text("The instance's id.")),
        ("address", Schema.Text("Host name or IP address.")),
        ("port", Schema.Whole("Its port.")),
        ("methods", Schema.List(Schema.Text("A method."))),
        ("tags", Schema.List(Schema.Text("A label."))),
        ("metadata", Schema.Map("Free pairs.")),
        ("zone", Schema.Text("Its zone; empty for none.")),
        ("version", Schema.Text("Its version; empty for none.")),
        ("weight", Schema.Whole("Its share of calls.")),
        ("ttl", Schema.Ref("Duration", document)),
        ("deregisterAfter", Schema.Ref("Duration", document)),
        ("status", Schema.Ref("Status", document)),
        ("reported", Schema.Ref("Status", document)),
        ("override?", Schema.Ref("Status", document)),
        ("lease?", Schema.OneOfTexts("Only where it is none: it needs no heartbeats.", "none")),
        ("checks?", Schema.List(Schema.Ref("CheckState", document))),
        ("unverified", Schema.Flag("Nobody can vouch for it now.")),
        ("suspect", Schema.Flag("Several clients report that calls to it fail: it is chosen last.")),
        ("epoch", Schema.Ref("Epoch", document)),
        ("owner", Schema.Text("The name of the node that holds its lease.")),
        ("ownerUid", Schema.Text("That node's uid.")),
        ("stamp", Schema.Text("When it was last written, and by which node: `milliseconds.counter@uid`.")),
        ("registeredAt", Schema.Text("When this epoch was first registered; RFC 3339, UTC.")),
        ("expiresIn", Schema.Nullable(Schema.Text("When its lease runs out; null where another node holds it, and in streams."))),
    ];

    private static OpenApiSchema Explanation(OpenApiDocument document) => Schema.Object(
        "Why an instance stands as it does.",
        [
            ("service", Schema.Text("The service's name.")),
            ("id", Schema.Text("The instance's id.")),
            ("hiddenBy", Schema.Nullable(Schema.Text("Which rule keeps it out of the routees, as a sentence; null when none does."))),
            ("owner", Schema.RefOrNull("Owner", document)),
            ("lastBeatAge", Schema.Nullable(Schema.Text("How long ago it last beat; null when the lease's holder did not say."))),
            ("expiresIn", Schema.Nullable(Schema.Text("When its lease runs out; null when the lease's holder did not say."))),
            ("entry", Schema.RefOrNull("Entry", document)),
            ("nodes", Schema.List(Schema.Ref("Holding", document))),
        ]);

    private static OpenApiSchema ServiceSummary() => Schema.Object(
        "A service and how many instances it has in which status.",
        [
            ("service", Schema.Text("Its name.")), ("revision", Schema.Whole("Grows with every change of it.")),
            ("instances", Schema.Whole("All.")), ("starting", Schema.Whole("Those that start.")), ("passing", Schema.Whole("Those that serve.")),
            ("warning", Schema.Whole("Those with trouble.")), ("critical", Schema.Whole("Those that do not serve, or are silent.")),
            ("draining", Schema.Whole("Those that finish.")), ("outOfService", Schema.Whole("Those that were taken out.")),
            ("unverified", Schema.Whole("Those that nobody can vouch for, whatever their status.")),
            ("suspect", Schema.Whole("Those that clients report as failing, whatever their status.")),
        ]);

    private static OpenApiSchema Durability() => Schema.Object(
        "How the node's disk keeps up; not there when the registry is in memory alone.",
        [
            ("status", Schema.OneOfTexts("Whether the disk takes what changes. Failing, the node serves on from memory.", "saving failing")),
            ("place", Schema.Text("Where it is saved.")), ("problem?", Schema.Text("What keeps it from being saved, and the way out.")),
            ("setAside?", Schema.Text("What could not be read, where it is kept, and what to do.")),
            ("savedAt?", Schema.Text("What was acknowledged before this moment is on the disk.")),
            ("restored", Schema.Whole("Records that were there at the start.")),
            ("pending", Schema.Whole("Changed entries that are not saved yet.")), ("diskBytes", Schema.Whole("Bytes on the disk.")),
        ]);

    private static (string, IOpenApiSchema)[] Cursor() =>
    [
        ("revision", Schema.Whole("Grows with every change; comparable between nodes.")),
        ("cursor", Schema.Text("Where a watch may begin that misses nothing after this answer.")),
    ];

    private static OpenApiSchema Cluster(OpenApiDocument document) => Schema.Object(
        "The cluster as this node knows it.",
        [
            ("self", Schema.Text("This node's name.")), ("selfUid", Schema.Text("This node's uid.")), ("ready", Schema.Flag("It serves.")),
            ("notReadyReason", Schema.Nullable(Schema.Text("Why it does not."))), ("synchronized", Schema.Flag("It holds the whole registry.")),
            ("converged", Schema.Flag("Every current member is known to hold exactly the same.")), .. Cursor(),
            ("stateHash", Schema.Text("Hash over all live entries.")), ("liveEntries", Schema.Whole("Live entries.")),
            ("tombstones", Schema.Whole("Removals that some member may not know yet.")),
            ("clock", Schema.Text("Its hybrid clock: `milliseconds.counter`.")),
            ("replicationLag", ReplicationLag()), ("governor", Governor()),
            ("members", Schema.List(Schema.Ref("Member", document))),
        ]);

    private static OpenApiSchema ReplicationLag() => Schema.Object(
        "From a write at this node until a member has confirmed that it holds it, on this node's clock: the latest 1,024 confirmations of five "
        + "minutes.",
        [
            ("unconfirmed", Schema.Text("How long the oldest write waits that some member has not confirmed; `0s` for none.")),
            ("confirmations", Schema.Whole("How many the following are of; with none they are left out.")),
            ("median?", Schema.Text("Half took no longer.")), ("p99?", Schema.Text("99 of 100 took no longer.")),
            ("longest?", Schema.Text("None took longer.")),
        ]);

    private static OpenApiSchema Governor() => Schema.Object(
        "What this node's governor does: whose silence it doubts, because so many fell silent at once.",
        [
            ("held", Schema.Whole("Entries that it keeps, and shows as unverified.")),
            ("services", Schema.List(Schema.Object(
                "A service whose entries are held.",
                [
                    ("service", Schema.Text("Its name.")), ("entries", Schema.Whole("How many.")), ("heldFor", Schema.Text("Since when.")),
                    ("expiresIn", Schema.Nullable(Schema.Text("When the last one falls if nothing happens before."))),
                    ("reason", Schema.Text("What made the node doubt, as a sentence.")),
                ]))),
        ]);

    private static OpenApiSchema Member(OpenApiDocument document) => Schema.Object(
        "A node.",
        [
            ("name", Schema.Text("Its name.")), ("uid", Schema.Text("This run of its process.")), ("address", Schema.Text("Its cluster port.")),
            ("httpUrl", Schema.Text("Its HTTP door; empty for none.")), ("zone", Schema.Text("Its zone.")), ("version", Schema.Text("Its version.")),
            ("state", Schema.OneOfTexts("How it stands.", MemberStates)), ("incarnation", Schema.Ref("Epoch", document)),
            ("isSelf", Schema.Flag("It is the node that answers.")),
            ("vector", Schema.Nullable(Schema.WholeMap("Per origin, up to which of its writes it holds; null when it has not told."))),
            ("stateHash", Schema.Nullable(Schema.Text("Its hash over all live entries, as last told."))),
            ("inStep", Schema.Nullable(Schema.Flag("It holds exactly what the answering node holds; null when that is not known."))),
            ("clockOffset", Schema.Nullable(Schema.Text("How far its clock is ahead; begins with a minus when it is behind."))),
        ]);

    private static OpenApiSchema Problem(OpenApiDocument document) => Schema.Object(
        "Why a request failed (RFC 9457).",
        [
            ("type", Schema.Text("The kind; a path of this server that explains it.")), ("title", Schema.Text("A short sentence.")),
            ("status", Schema.Whole("The HTTP status.")), ("detail", Schema.Text("A sentence about this occurrence.")),
            ("instance", Schema.Text("The path that was asked.")),
            ("retryable", Schema.Flag("Whether the same request may succeed later, or at another node.")),
            ("field?", Schema.Text("The first field that is wrong.")), ("errors?", Schema.List(Schema.Ref("FieldError", document))),
            ("line?", Schema.Whole("Where reading stopped, from 1.")), ("column?", Schema.Whole("The byte in the line, from 1.")),
            ("limitBytes?", Schema.Whole("The limit that was passed.")), ("trace?", Schema.Text("What the server's log calls the request.")),
        ]);
}
