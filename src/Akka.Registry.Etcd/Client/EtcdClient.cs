using Akka.Registry.Etcd.Wire;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>etcd as a whole: one member is asked, the next one when it does not answer. Any thread.</summary>
/// <remarks>
/// What is asked is either read or guarded by a comparison, so that asking again, perhaps a second member, does no harm: a transaction that was
/// carried out although its answer was lost finds its comparison false.
/// </remarks>
internal sealed class EtcdClient : IDisposable
{
    private readonly EtcdOptions _options;
    private readonly TimeProvider _time;
    private readonly EtcdTls? _tls;
    private readonly EtcdConnection[] _members;
    private readonly SemaphoreSlim _signingIn = new(1);
    private int _current;
    private string? _token;

    /// <exception cref="ArgumentException">A certificate cannot be read.</exception>
    public EtcdClient(EtcdOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var endpoints = options.Endpoints.Select(endpoint => new Uri(endpoint)).ToArray();
        _tls = Array.Exists(endpoints, endpoint => endpoint.Scheme == "https") ? new EtcdTls(options.Tls) : null;
        _members = Array.ConvertAll(endpoints, endpoint =>
            new EtcdConnection(endpoint, endpoint.Scheme == "https" ? _tls : null, options.AttemptTimeout));
    }

    /// <summary>The member that is asked first now.</summary>
    public string Current => _members[Volatile.Read(ref _current)].ToString();

    public Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellation) =>
        CallAsync(EtcdMethods.Range, request, RangeResponse.Parser, cancellation);

    public Task<TxnResponse> TxnAsync(TxnRequest request, CancellationToken cancellation) =>
        CallAsync(EtcdMethods.Txn, request, TxnResponse.Parser, cancellation);

    /// <summary>Grants a lease.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> GrantAsync(TimeSpan ttl, CancellationToken cancellation)
    {
        var request = new LeaseGrantRequest { Ttl = (long)Math.Ceiling(ttl.TotalSeconds) };
        return (await CallAsync(EtcdMethods.LeaseGrant, request, LeaseGrantResponse.Parser, cancellation)).Id;
    }

    /// <summary>Ends a lease, and with it its keys.</summary>
    public Task RevokeAsync(long lease, CancellationToken cancellation) =>
        CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { Id = lease }, LeaseRevokeResponse.Parser, cancellation);

    /// <summary>Opens a stream with the member that is asked first now.</summary>
    public async Task<EtcdStream<TResponse>> OpenAsync<TResponse>(
        string method, MessageParser<TResponse> parser, CancellationToken cancellation, params IMessage[] first)
        where TResponse : IMessage<TResponse>
    {
        var index = Volatile.Read(ref _current);
        try
        {
            var token = await TokenAsync(_members[index], cancellation);
            return await _members[index].OpenAsync(method, first, parser, token, cancellation);
        }
        catch (EtcdException e)
        {
            Failed(index, e);
            throw;
        }
    }

    /// <summary>The stream with that member is of no use: another one is asked from now on.</summary>
    public void Avoid(string member)
    {
        var index = Volatile.Read(ref _current);
        if (_members[index].ToString() == member)
            Failed(index, new EtcdException(EtcdError.Unavailable, "It fell silent."));
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        _tls?.Dispose();
        _signingIn.Dispose();
    }

    /// <summary>Asks each member once, and the first one once more where there is no other.</summary>
    private async Task<TResponse> CallAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        for (var attempt = Math.Max(2, _members.Length); ; attempt--)
        {
            var index = Volatile.Read(ref _current);
            try
            {
                return await AskAsync(_members[index], method, request, parser, cancellation);
            }
            catch (EtcdException e)
            {
                Failed(index, e);
                if (attempt == 1 || e.Error is not (EtcdError.Unavailable or EtcdError.Unauthenticated))
                    throw;
            }
        }
    }

    private async Task<TResponse> AskAsync<TResponse>(
        EtcdConnection member, string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var late = new CancellationTokenSource(_options.AttemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var token = await TokenAsync(member, either.Token);
            return await member.CallAsync(method, request, parser, token, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new EtcdException(EtcdError.Unavailable, $"{member} did not answer within {_options.AttemptTimeout.TotalSeconds:0.###} s.");
        }
    }

    private void Failed(int index, EtcdException reason)
    {
        if (reason.Error == EtcdError.Unauthenticated)
            Volatile.Write(ref _token, null); // Tokens end: a new one is asked for.
        if (reason.Error == EtcdError.Unavailable)
            Interlocked.CompareExchange(ref _current, (index + 1) % _members.Length, index);
    }

    private async ValueTask<string?> TokenAsync(EtcdConnection member, CancellationToken cancellation)
    {
        if (_options.User.Length == 0 || Volatile.Read(ref _token) is not null)
            return Volatile.Read(ref _token);
        await _signingIn.WaitAsync(cancellation);
        try
        {
            if (_token is not null)
                return _token;
            var request = new AuthenticateRequest { Name = _options.User, Password = _options.Password };
            var answer = await member.CallAsync(EtcdMethods.Authenticate, request, AuthenticateResponse.Parser, token: null, cancellation);
            Volatile.Write(ref _token, answer.Token);
            return answer.Token;
        }
        finally
        {
            _signingIn.Release();
        }
    }
}
