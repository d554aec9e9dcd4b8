namespace Akka.Registry.Checks;

/// <summary>Something that is looked at to tell how an instance is. Part of its registration, and replicated with it.</summary>
/// <remarks>
/// <para>The owner of the entry runs its checks; another node that adopts the entry goes on with them. The status of the entry is the
/// worst of what it reports of itself and of what its checks say, unless an operator has overridden it.</para>
/// <para>A status is passing, warning or critical. A result that differs from the status counts once it came often enough in a row:
/// see <see cref="SuccessBeforePassing"/> and its siblings. A warning counts as a success.</para>
/// <para>Two are equal when every field is.</para>
/// </remarks>
public abstract record CheckDefinition
{
    private CheckDefinition() { }

    /// <summary>Names the check; unique within the instance. 1 to 256 printable characters.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What people should know of it; may be empty.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The status before the first result: passing, warning or critical. Default critical: nobody has seen it pass.</summary>
    public InstanceStatus InitialStatus { get; init; } = InstanceStatus.Critical;

    /// <summary>Successes in a row that make it passing (or warning, when that is what they say); 1 to 100, default 1.</summary>
    public int SuccessBeforePassing { get; init; } = 1;

    /// <summary>
    /// Failures in a row that make it warning; 1 to 100; null, the default, for as many as <see cref="FailuresBeforeCritical"/>.
    /// </summary>
    public int? FailuresBeforeWarning { get; init; }

    /// <summary>Failures in a row that make it critical; 1 to 100, default 1.</summary>
    public int FailuresBeforeCritical { get; init; } = 1;

    /// <summary>
    /// How long it may be critical before the instance is removed; at least 1 minute; null, the default, for ever. Noticed within 30 s.
    /// </summary>
    public TimeSpan? DeregisterAfter { get; init; }

    /// <summary>Critical unless somebody says otherwise within each TTL: the instance's own word, or that of who watches it.</summary>
    public sealed record Ttl : CheckDefinition
    {
        /// <summary>How long a word holds. What it says of the status stands until then.</summary>
        public required TimeSpan TimeToLive { get; init; }
    }

    /// <summary>A status that somebody sets, and that stands until it is set again.</summary>
    public sealed record Manual : CheckDefinition;

    /// <summary>A check that the owner runs every interval.</summary>
    public abstract record Active : CheckDefinition
    {
        private protected Active() { }

        /// <summary>From the beginning of one run to that of the next. Runs that take longer leave out the next.</summary>
        public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>How long one run may take. More is a failure.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>An HTTP request: passing when the answer's status is an expected one, warning at 429, else critical.</summary>
    public sealed record Http : Active
    {
        /// <summary>An absolute http or https URL.</summary>
        public required string Url { get; init; }

        /// <summary>The method; default GET.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Headers, in order; a name may come again. Default none.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

        /// <summary>The request's body, sent as UTF-8; empty for none.</summary>
        public string Body { get; init; } = "";

        /// <summary>Statuses that pass; empty, the default, for 200 to 299.</summary>
        public IReadOnlyList<HttpStatusRange> Expected { get; init; } = [];

        /// <summary>Whether any certificate will do. Default false.</summary>
        public bool SkipTlsVerify { get; init; }

        /// <summary>Whether redirects are followed, at most ten. Default false: the redirect itself is the answer.</summary>
        public bool FollowRedirects { get; init; }

        /// <inheritdoc/>
        public bool Equals(Http? other) =>
            base.Equals(other) && Url == other.Url && Method == other.Method && Body == other.Body
            && SkipTlsVerify == other.SkipTlsVerify && FollowRedirects == other.FollowRedirects
            && Headers.SequenceEqual(other.Headers) && Expected.SequenceEqual(other.Expected);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Url, Method);
    }

    /// <summary>A TCP connect: passing when somebody listens. Nothing is sent.</summary>
    public sealed record Tcp : Active
    {
        /// <summary>Host name or IP address.</summary>
        public required string Host { get; init; }

        /// <summary>1 to 65,535.</summary>
        public required int Port { get; init; }
    }

    /// <summary>gRPC's health protocol over HTTP/2: passing when the service is SERVING.</summary>
    /// <seealso href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">GRPC Health Checking Protocol</seealso>
    public sealed record Grpc : Active
    {
        /// <summary>Host name or IP address.</summary>
        public required string Host { get; init; }

        /// <summary>1 to 65,535.</summary>
        public required int Port { get; init; }

        /// <summary>The gRPC service that is asked for; empty, the default, for the server as a whole.</summary>
        public string Service { get; init; } = "";

        /// <summary>Whether TLS is spoken; default false: HTTP/2 with prior knowledge.</summary>
        public bool Tls { get; init; }

        /// <summary>Whether any certificate will do. Default false.</summary>
        public bool SkipTlsVerify { get; init; }
    }

    /// <summary>What another service, or one instance of it, is.</summary>
    /// <remarks>
    /// <para>Of an instance: passing or warning as it is, else critical. Of a service: the best of its instances, since it serves as long
    /// as one of them does. One that is not registered is critical.</para>
    /// <para>Looked at in this node's registry, every second. Aliases that go in a circle keep each other as they are.</para>
    /// </remarks>
    public sealed record Alias : CheckDefinition
    {
        /// <summary>The service.</summary>
        public required string Service { get; init; }

        /// <summary>The instance; empty, the default, for the service as a whole.</summary>
        public string Instance { get; init; } = "";
    }
}

/// <summary>HTTP statuses from one to another, both included.</summary>
/// <param name="From">100 to 999.</param>
/// <param name="To">At least <paramref name="From"/>; at most 999.</param>
public readonly record struct HttpStatusRange(int From, int To)
{
    /// <summary>Whether the status is one of them.</summary>
    public bool Contains(int status) => status >= From && status <= To;
}

/// <summary>A check and what came of it last.</summary>
/// <param name="Definition">What is looked at.</param>
/// <param name="Status">Passing, warning or critical.</param>
/// <param name="Output">
/// What the last result said, cut to the node's <c>checks.output-bytes</c>. On other nodes than the owner it may be older than the
/// last result, by up to <c>checks.output-sync-interval</c>, while the status is the same.
/// </param>
/// <param name="Since">When it became what it is; null before the first result.</param>
public sealed record CheckState(CheckDefinition Definition, InstanceStatus Status, string Output, DateTimeOffset? Since)
{
    /// <summary>Names the check.</summary>
    public string Id => Definition.Id;

    /// <summary>A check of which there is no result yet.</summary>
    public static CheckState Initial(CheckDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new CheckState(definition, definition.InitialStatus, "", null);
    }
}
