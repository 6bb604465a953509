namespace Otedama.Interop;

/// <summary>
/// Moves Wasmtime's epoch, by which running code notices that its deadline has passed. One thread for all plugins; it
/// sleeps while no instance exists.
/// </summary>
internal static unsafe class EpochTicker
{
    public const int TickMs = 10;

    private static readonly Lock s_gate = new();
    private static readonly ManualResetEventSlim s_wanted = new();
    private static int s_instances;
    private static bool s_started;

    public static void Enter(nint engine)
    {
        lock (s_gate)
        {
            s_instances++;
            s_wanted.Set();
            if (!s_started)
            {
                s_started = true;
                new Thread(() => Run(engine)) { IsBackground = true, Name = "otd-plugin-time" }.Start();
            }
        }
    }

    public static void Leave()
    {
        lock (s_gate)
        {
            s_instances--;
            if (s_instances == 0)
            {
                s_wanted.Reset();
            }
        }
    }

    private static void Run(nint engine)
    {
        while (true)
        {
            s_wanted.Wait();
            Thread.Sleep(TickMs);
            WasmC.wasmtime_engine_increment_epoch(engine);
        }
    }
}
