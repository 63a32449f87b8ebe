// Whether an edit locks the fields that it changes, so that no load changes them back.

interface LockChangedProps {
  lock: boolean;
  onChange: (lock: boolean) => void;
}

export function LockChanged({ lock, onChange }: LockChangedProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={lock} onChange={(event) => onChange(event.target.checked)} /> Lock what is changed
    </label>
  );
}
