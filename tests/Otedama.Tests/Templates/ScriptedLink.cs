using System.Text;
using Otedama.Wire;

namespace Otedama.Tests.Templates;

/// <summary>A node inside the test: what it answers, as JSON text, when it is asked and on the asking thread.</summary>
internal sealed class ScriptedLink(string name, Func<string, Task<string>> answer) : IRpcLink
{
    public string Name => name;

    public List<string> Calls { get; } = [];

    /// <summary>Answers every call at once; the script gets the whole call.</summary>
    public static ScriptedLink Answering(string name, Func<string, string> answer) => new(name, call => Task.FromResult(answer(call)));

    /// <summary>Takes every call and never answers.</summary>
    public static ScriptedLink Hung(string name) => new(name, static _ => new TaskCompletionSource<string>().Task);

    public async Task<RpcAnswer> CallAsync(RpcRequest request, TimeSpan timeout, CancellationToken stop)
    {
        Calls.Add(request.ToString());
        return RpcAnswer.Of(Encoding.UTF8.GetBytes(await answer(request.ToString()).WaitAsync(stop)));
    }

    public void Dispose()
    {
        // Nothing is open.
    }
}
