import { z } from 'zod';

/** Schema of a number written in decimal digits, with or without a fraction. */
export function decimal(bounds: { min: number; max: number }): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'it is not a number')
    .transform(Number)
    .pipe(
      z.number().min(bounds.min, `it is below ${bounds.min}`).max(bounds.max, `it is above ${bounds.max}`),
    );
}
