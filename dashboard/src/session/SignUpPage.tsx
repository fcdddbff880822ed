import { SignUp, useAuth } from '@clerk/react';
import { Navigate, useSearchParams } from 'react-router';
import { Loading } from '../ui/States';
import { destination, SIGN_IN, SIGN_UP } from './addresses';
import { Entrance } from './Entrance';

export default function SignUpPage() {
  const { isLoaded, isSignedIn } = useAuth();
  const [search] = useSearchParams();
  if (isLoaded && isSignedIn) return <Navigate to="/" replace />;
  return (
    <Entrance title="Sign up">
      <SignUp routing="path" path={SIGN_UP} signInUrl={SIGN_IN} fallbackRedirectUrl={destination(search.get('redirect_url'))} fallback={<Loading />} />
    </Entrance>
  );
}
