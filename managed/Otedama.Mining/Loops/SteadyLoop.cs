namespace Otedama.Mining;

/// <summary>One thread that takes a step at once and then again and again, with the same rest in between.</summary>
internal sealed class SteadyLoop : IDisposable
{
    private static readonly TimeSpan s_stopWait = TimeSpan.FromSeconds(1);

    private readonly Action _step;
    private readonly TimeSpan _rest;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    /// <param name="step">May hang; must not throw.</param>
    public SteadyLoop(string name, Action step, TimeSpan rest)
    {
        _step = step;
        _rest = rest;
        _thread = new Thread(Run) { IsBackground = true, Name = $"otedama-{name}" };
        _thread.Start();
    }

    /// <summary>A step that hangs keeps the thread, which ends with the process.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join(s_stopWait);
    }

    private void Run()
    {
        do
        {
            _step();
        }
        while (!_stop.Wait(_rest));
    }
}
