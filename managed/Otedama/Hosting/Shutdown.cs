using System.Runtime.InteropServices;

namespace Otedama;

/// <summary>
/// Signals of a running instance: the first SIGTERM or SIGINT asks for a clean end, a second SIGINT ends at once. SIGHUP
/// does what was asked for with OnHangUp. When nothing was, or when this process was started in the foreground of a terminal
/// that is gone now, it asks for a clean end as well: whoever closes the window wants no other configuration.
/// </summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly List<Action> _onHangUp = []; // under its own lock: added to by the starting thread, read by signal threads
    private readonly Func<ControllingTerminal> _terminal;
    private readonly ControllingTerminal _startedOn;
    private int _interrupts; // counted by signal threads
    private bool _leftTerminal; // under the lock of _onHangUp

    public Shutdown(CancellationToken outer, Func<ControllingTerminal>? terminal = null)
    {
        _terminal = terminal ?? ControllingTerminal.Now;
        _startedOn = _terminal(); // before the handlers: they change what is ignored
        _stop = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUpSignal),
        ];
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>
    /// Runs the action at each SIGHUP, on a thread of its own, after those given before. It must not throw.
    /// </summary>
    public void OnHangUp(Action action)
    {
        lock (_onHangUp)
        {
            _onHangUp.Add(action);
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
        _stop.Dispose();
    }

    /// <summary>What SIGHUP does; the signal's own thread calls it.</summary>
    internal void HangUp()
    {
        Action[] actions;
        lock (_onHangUp)
        {
            bool closed = _startedOn.Foreground && !_leftTerminal && !_terminal().Attached;
            if (closed && _startedOn.Deaf)
            {
                _leftTerminal = true; // nohup: from here on a service
                return;
            }
            actions = closed ? [] : [.. _onHangUp];
        }
        if (actions.Length == 0)
        {
            _stop.Cancel();
        }
        foreach (Action action in actions)
        {
            action();
        }
    }

    private void OnHangUpSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        HangUp();
    }

    private void OnTerminate(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _interrupts) > 1)
        {
            Environment.Exit(ExitCode.Interrupted);
        }
        _stop.Cancel();
    }
}
