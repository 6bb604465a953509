using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// Runs one part on the thread pool: a step, the pause that it asked for or until it is woken, again. A step that throws is
/// logged and called again after a second.
/// </summary>
internal sealed partial class StepLoop(IStep step, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Ends when the step under way has.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan pause = await StepAsync();
            if (pause != TimeSpan.Zero)
            {
                await step.Wake.WaitAsync(pause, _stop.Token);
            }
        }
    }

    private async ValueTask<TimeSpan> StepAsync()
    {
        try
        {
            return await step.StepAsync(_stop.Token);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            return TimeSpan.Zero; // whatever the end of the step met
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStepFailed(step.GetType().Name, e);
            return s_afterFailure;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "step_failed",
        Message = "{Part} met something unexpected; it goes on in a second")]
    private partial void LogStepFailed(string part, Exception exception);
}
